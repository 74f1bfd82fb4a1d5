// SPDX-License-Identifier: Apache-2.0
// Operator times by the trees of models/efficiency, each shape predicted once.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "atoll/plan/efficiency.hpp"
#include "atoll/plan/machine.hpp"
#include "atoll/plan/operator_times.hpp"

namespace atl::plan {

/// The names that train_efficiency gives to the models which describe `gpu` (its own or its sibling's).
struct TreeNames {
    std::string gemm;
    std::string gemm_fp8;  ///< "" where the GPU has no fp8
    std::string attention;
};
TreeNames tree_names_of(const Gpu& gpu);

/// Matrix products and attention by `models`, collectives by the measured table (CSV with gpu, op, gpus, bytes,
/// latency_us); those of a sibling are scaled by peak and bandwidth, as make_measured_operators does. A GPU without a
/// model for fp8 has bf16's times for it. Throws InputError when models for bf16 products or attention are missing or
/// cannot be read, and without XGBoost.
std::unique_ptr<OperatorTimes> make_tree_operators(const std::vector<EfficiencyModel>& models,
                                                   std::string_view collectives, const Gpu& gpu,
                                                   const Gpu& measured_gpu);

}  // namespace atl::plan
