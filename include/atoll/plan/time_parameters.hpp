// SPDX-License-Identifier: Apache-2.0
// The time model's constants as they were fitted: shared ones, and factors of groups of runs;
// models/cost_parameters.toml.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "atoll/plan/cost_parameters.hpp"

namespace atl::plan {

/// One constant of the model, and how far a fit may move it.
struct CostParameter {
    const char* name;
    double CostParameters::*field;
    double spread;             ///< standard deviation of its logarithm before any run is seen; 0: never moved
    double family_spread;      ///< of one family's logarithm around the shared value; 0: the same for all
    double gpu_spread;         ///< the same of one type of GPU
    double family_gpu_spread;  ///< the same of one family on one type of GPU, beside both
};
/// Every field of CostParameters.
const std::vector<CostParameter>& cost_parameters();

/// Runs alike: a family ("NeMo 25.04"), a type of GPU, or a family on a type of GPU.
struct TimeGroup {
    std::map<std::string, double> factors;  ///< on the shared constants, by name
    std::uint64_t rows = 0;                 ///< that were seen
    /// w of the interval [seconds / (1 + w), seconds * (1 + w)] that holds 90 % of a family's runs that were left out
    /// of a fit of the others (conformal); 0: too few runs to say, the shared width holds.
    double interval_half_width = 0;
};

struct TimeParameters {
    CostParameters shared;
    std::map<std::string, TimeGroup> groups;
    std::uint64_t rows = 0;
    double interval_half_width = 0;             ///< of families that no fit has seen
    double calibrated_interval_half_width = 0;  ///< of such families after three runs of theirs
    double difference_half_width = 0;  ///< of the ratio of two plans of one job: 90 % of such ratios were off by less

    /// For runs of these groups; one that was not seen has the shared values.
    CostParameters of(std::span<const std::string> names) const;
    /// The narrowest that is known of the groups, else the shared one.
    double half_width_of(std::span<const std::string> names) const;
};

/// Exact-key TOML. Throws InputError with place for an unknown key, a value that is no positive number.
TimeParameters parse_time_parameters(std::string_view toml, std::string_view file_name);
std::string to_toml(const TimeParameters& parameters);
/// models/cost_parameters.toml, fitted to data/measured/training.csv.
const TimeParameters& shipped_time_parameters();

}  // namespace atl::plan
