// SPDX-License-Identifier: Apache-2.0
// How many layers each stage of a pipeline of unequal stages holds: the exact split.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <vector>

namespace atl::plan {

/// One stage by the number of layers it holds, [0] to [layers of the model]; infinite where it cannot hold as many
/// (none at all among them), else not decreasing.
struct StageSeconds {
    std::vector<double> pace;  ///< of one micro-batch: what the slowest stage makes all others wait for
    std::vector<double> once;  ///< of an iteration beside that: gradients, optimizer
};

/// sum of pace + (micro-batches - 1) * largest pace + sum of once: 1F1B (Astra, arXiv 2502.13480; our reconstruction).
/// `layers` has one number for each stage. What the solver and brute force are both judged by.
double mixed_pipeline_seconds(std::span<const StageSeconds* const> stages, std::span<const std::uint32_t> layers,
                              std::uint32_t micro_batches);

struct LayerSplit {
    std::vector<std::uint32_t> layers;
    double seconds = 0;
};

/// A lower bound on every split of `layers`: the slowest stage's pace is at least the least that gives all layers room.
double layer_split_bound(std::span<const StageSeconds* const> stages, std::uint32_t layers,
                         std::uint32_t micro_batches);

/// The fastest split; nothing when none fits, or all are slower than `give_up_above`. For each pace that can be the
/// largest, least first, a dynamic programme over stages and layers; ends once the least sum with that pace as the
/// largest is no better than what is found. Equal splits: the one with more layers in later stages.
std::optional<LayerSplit> best_layer_split(std::span<const StageSeconds* const> stages, std::uint32_t layers,
                                           std::uint32_t micro_batches,
                                           double give_up_above = std::numeric_limits<double>::infinity());

}  // namespace atl::plan
