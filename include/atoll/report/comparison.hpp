// SPDX-License-Identifier: Apache-2.0
// A run's proven value beside the published ones, and what may be said of it.
#pragma once

#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "atoll/core/score.hpp"
#include "atoll/report/run_facts.hpp"
#include "atoll/report/table.hpp"

namespace atl::report {

/// One published value beside the run's best.
struct Comparison {
    problems::PublishedValue published;
    double gain = 0;          ///< positive: the run's proven value is better by this much; NaN without a best
    bool reached = false;     ///< the proven value is at least as good
    bool beaten = false;      ///< the proven value is better by more than rounding (1e-11 relative)
    bool best_known = false;  ///< this row is the best strictly verified value known
    /// Of a value that stands beside a metric: the best candidate's. NaN: it has none.
    double own_metric = std::numeric_limits<double>::quiet_NaN();
};

/// The best known first, then the published values, best first, one row each. An unscored best reaches nothing, and
/// nothing reaches or beats what was measured on other instances. `metrics`: the best candidate's.
std::vector<Comparison> compare(const Score& best, const RunFacts& facts, const std::vector<Metric>& metrics = {});

/// "beaten by 0.1", "equalled", "not reached, 0.2 away", for the best known also "matched to within 3e-13" (see
/// same_optimum_tolerance); "-" when there is nothing to compare.
std::string outcome(const Comparison& comparison);

/// Whose values the proven one strictly beats, the best known left aside: "FM Agent and AlphaEvolve"; empty: nobody's.
std::string beaten_names(const std::vector<Comparison>& comparisons);

enum class Sources { shown, left_out };

/// value, who, strictly verified, what came of it and by how much, and the sources, which make wide lines.
Table comparison_table(const std::string& title, const std::vector<Comparison>& comparisons,
                       Sources sources = Sources::shown);

/// Nearer than this, relative to the value, two scores are one optimum that was polished or rounded differently.
inline constexpr double same_optimum_tolerance = 1e-9;

/// True only when the proven end of the interval strictly beats the best known value, and not merely in last digits
/// (same_optimum_tolerance): a tighter witness of a known optimum is no discovery.
bool is_new_best(const Score& best, const RunFacts& facts);

/// What may be claimed, and no more: whom it beats, and "new best" or how nearly it matches the best strictly verified
/// value known. Empty when there is nothing to claim.
std::string claim(const Score& best, const RunFacts& facts);

}  // namespace atl::report
