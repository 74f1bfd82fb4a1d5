// SPDX-License-Identifier: Apache-2.0
// The memory model's constants fitted to measured peaks.
#pragma once

#include <span>
#include <vector>

#include "atoll/plan/measured_table.hpp"
#include "atoll/plan/memory_parameters.hpp"

namespace atl::plan {

/// A run's peak in GiB by the constants of all, and by those fitted without its quarter of the shapes.
struct ValidatedPeak {
    const TrainingRun* run = nullptr;
    double fitted = 0;
    double folded = 0;
};

struct FittedMemory {
    MemoryGroups groups;
    std::vector<ValidatedPeak> runs;
};

/// Fits gradient and optimizer bytes, activations and runtime of every group with 10 measured peaks or more that the
/// defaults miss by more than 5 % on average; the others keep the defaults. Least relative errors under Huber's loss,
/// with priors that hold each constant near its default.
FittedMemory fit_memory(std::span<const TrainingRun* const> runs);

}  // namespace atl::plan
