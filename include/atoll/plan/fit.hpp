// SPDX-License-Identifier: Apache-2.0
// The time model's constants from measured runs, and how far they are from runs that a fit did not see.
#pragma once

#include <array>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "atoll/plan/measured_table.hpp"
#include "atoll/plan/time_parameters.hpp"

namespace atl::plan {

/// The groups a run belongs to: its family, its type of GPU, and both together.
std::array<std::string, 3> groups_of(const TrainingRun& run);

/// Seconds of one iteration of a run under given constants.
using RunSeconds = std::function<double(const TrainingRun& run, const CostParameters& parameters)>;

struct FitOptions {
    double noise = 0.045;  ///< standard deviation of a run's log(measured / true): what repeated runs differ by
    int rounds = 12;       ///< of Gauss-Newton at most
    double most_independent_runs = 60;  ///< what a family counts as at most, that a large one does not outweigh all
    /// Runs of one family count as at most so many independent ones. Those of vTrain's single nodes are composed of
    /// about 32 measured layers (docs/cost-model.md).
    std::map<std::string, double> independent_runs{{"vTrain single node", 32}};
};

/// The most probable constants: least squares of log(predicted / measured) with Huber's loss, the spreads of
/// cost_parameters() as priors, by damped Gauss-Newton. Runs without a measured time are left out. No intervals.
TimeParameters fit_time_model(std::span<const TrainingRun* const> runs, const RunSeconds& seconds,
                              const CostParameters& start, const FitOptions& options);

/// One measured run under four fits.
struct ValidatedRun {
    const TrainingRun* run = nullptr;
    double fitted = 0;       ///< predicted seconds by the fit of all runs
    double folded = 0;       ///< by the fit without its fold, a quarter of the shapes
    bool has_folds = false;  ///< its family has four shapes or more: `folded` says something
    /// Whether the measured time lies in the interval that the family's other folds alone would give; nothing where
    /// they have too few runs for an interval.
    std::optional<bool> covered;
    double left_out = 0;  ///< by the fit without its family
    double three = 0;  ///< the same, scaled by three other runs of the family (mean over several threes, of the logs)
};

struct FittedTimeModel {
    TimeParameters parameters;  ///< of all runs, with 90 % intervals by what the others left out
    std::vector<ValidatedRun> runs;
};

/// Fits all runs, then every fold and every family away: about 14 fits.
FittedTimeModel fit_and_validate(std::span<const TrainingRun* const> runs, const RunSeconds& seconds,
                                 const FitOptions& options);

}  // namespace atl::plan
