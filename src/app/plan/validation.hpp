// SPDX-License-Identifier: Apache-2.0
// Errors of the time model, family by family, as its tables show them.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "atoll/plan/fit.hpp"

namespace atl::app {

/// Relative errors (0.1: 10 % too slow) of one family's runs, in the order of the runs.
struct FamilyErrors {
    std::vector<double> fitted, folded, left_out, three;
    std::vector<const plan::ValidatedRun*> runs;
    std::size_t with_interval = 0;  ///< runs whose interval the family's other folds set
    std::size_t covered = 0;        ///< of those: measured inside it

    /// "4.03", "not measurable here" of a family without folds.
    std::string folded_text() const;
    /// "8.64", "-" where the family has no three other runs.
    std::string three_text() const;
    /// "91 of 97", "-" where other folds set no interval.
    std::string coverage_text() const;
};

/// By family, and of all together as "all". `model` must outlive it.
std::map<std::string, FamilyErrors> errors_by_family(const plan::FittedTimeModel& model);

/// Mean absolute of relative errors, in percent; 0 of none.
double mean_percent(const std::vector<double>& errors);

}  // namespace atl::app
