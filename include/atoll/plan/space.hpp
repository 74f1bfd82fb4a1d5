// SPDX-License-Identifier: Apache-2.0
// A space of plans: every axis and its values, and the rules that take plans out of it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "atoll/plan/machine.hpp"
#include "atoll/plan/rules.hpp"
#include "atoll/plan/strategy.hpp"
#include "atoll/plan/transformer.hpp"

namespace atl::plan {

/// Every axis with its values, in the order of the file. `data` is never an axis: it is what is left of the GPUs.
/// The raw space is the product of all axes over those (tensor, pipeline, context) whose product divides the GPUs.
struct Space {
    std::string name;
    std::vector<std::uint32_t> tensor{1};
    std::vector<std::uint32_t> pipeline{1};  ///< empty: every divisor of the GPUs up to the number of layers
    std::vector<std::uint32_t> context{1};
    std::vector<std::uint32_t> expert{1};
    std::vector<std::uint32_t> virtual_stages{1};  ///< empty: every divisor of the layers of a stage
    std::vector<std::uint32_t> micro_batch{1};
    std::vector<Schedule> schedule{Schedule::one_f_one_b};  ///< virtual_stages > 1 turns one_f_one_b into interleaved
    std::vector<Recompute> recompute{Recompute::none};
    std::vector<RecomputeMethod> recompute_method{RecomputeMethod::uniform};
    std::vector<std::uint32_t> recompute_layers{};  ///< with full recomputation; empty: every number from 1 to the
                                                    ///< layers of a stage (of a chunk)
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

}  // namespace atl::plan
