// SPDX-License-Identifier: Apache-2.0
// A space of plans: every axis and its values.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "atoll/plan/strategy.hpp"

namespace atl::plan {

/// Every axis with its values. `data` is never an axis: it is what is left of the GPUs.
///
/// The raw space counts a plan once, so a value that would say the same as another is left out of the product:
/// (tensor, pipeline, context) whose product divides the GPUs and leaves no stage without layers (a stage holds
/// ceil(layers / pipeline) of them, the last one what is left); expert sizes that divide the experts and data * context
/// (1 for a dense model); one schedule and no virtual stages without a pipeline; virtual_stages > 1 with the
/// interleaved schedule only, and then a divisor of the layers of a stage; recompute_method and recompute_layers with
/// full recomputation only. All else, sense or not, is the rules' business.
struct Space {
    std::string name;
    std::string description;
    std::vector<std::uint32_t> tensor{1};
    std::vector<std::uint32_t> pipeline{};  ///< empty: every divisor of the GPUs
    std::vector<std::uint32_t> context{1};
    std::vector<std::uint32_t> expert{};          ///< empty: every divisor of the experts
    std::vector<std::uint32_t> virtual_stages{};  ///< empty: every divisor of the layers of a stage
    std::vector<std::uint32_t> micro_batch{1};
    std::vector<Schedule> schedule{Schedule::one_f_one_b};  ///< interleaved is 1F1B with virtual_stages > 1
    std::vector<Recompute> recompute{Recompute::none};
    std::vector<RecomputeMethod> recompute_method{RecomputeMethod::uniform};
    /// With full recomputation. Uniform: layers in one checkpointed group, at most those of a chunk (stage / virtual
    /// stages). Block: layers of each chunk that are recomputed; a Strategy carries their number in the stage, chunks
    /// times as many. Empty: every number up to the layers of a chunk (block: one less where uniform is there too, as
    /// all of them is uniform with groups of 1).
    std::vector<std::uint32_t> recompute_layers{};
    std::vector<std::uint32_t> zero_stage{0};
    std::vector<bool> sequence_parallel{false};
    std::vector<bool> overlap_gradient_reduce{false};
    std::vector<bool> overlap_parameter_gather{false};
    std::vector<bool> overlap_p2p{false};
    std::vector<bool> overlap_tensor_parallel{false};
    std::vector<bool> flash_attention{true};
    std::vector<bool> offload_optimizer{false};
    std::vector<Precision> precision{Precision::bf16};
};

/// Exact-key TOML (models/spaces/astra.toml). Throws InputError with place and the nearest key.
Space parse_space(std::string_view toml, std::string_view file_name);

/// A space that comes with the program: "astra", "full", "calculon". Throws InputError naming them and the nearest.
Space shipped_space(std::string_view name);
std::vector<std::string> shipped_space_names();

}  // namespace atl::plan
