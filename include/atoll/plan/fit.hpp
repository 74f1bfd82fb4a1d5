// SPDX-License-Identifier: Apache-2.0
// The time model's constants from measured runs: shared ones, and what each group of runs has of its own.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "atoll/plan/cost_parameters.hpp"
#include "atoll/plan/measured_table.hpp"

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

/// The groups a run belongs to: its family, its type of GPU, and both together.
std::array<std::string, 3> groups_of(const TrainingRun& run);

/// Shared constants, and what those of each group that was seen are multiplied with.
struct TimeParameters {
    CostParameters shared;
    std::map<std::string, std::map<std::string, double>> groups;  ///< by group, by name of the constant

    /// For runs of these groups; one that was not seen has the shared values.
    CostParameters of(std::span<const std::string> names) const;
    CostParameters of(const TrainingRun& run) const { return of(groups_of(run)); }
};

/// Seconds of one iteration of a run under given constants.
using RunSeconds = std::function<double(const TrainingRun& run, const CostParameters& parameters)>;

struct FitOptions {
    double noise = 0.06;  ///< standard deviation of a run's log(measured / true): what repeated runs differ by
    int rounds = 12;      ///< of Gauss-Newton at most
    /// Runs of one family count as at most so many independent ones.
    std::map<std::string, double> independent_runs;
};

/// The most probable constants: least squares of log(predicted / measured) with Huber's loss, the spreads above as
/// priors, by damped Gauss-Newton. Runs without a measured time are left out.
TimeParameters fit_time_model(std::span<const TrainingRun* const> runs, const RunSeconds& seconds,
                              const CostParameters& start, const FitOptions& options);

}  // namespace atl::plan
