// SPDX-License-Identifier: Apache-2.0
// Operator times from measured tables (data/measured/gpu-ops), between and beyond their shapes.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "atoll/plan/machine.hpp"
#include "atoll/plan/operator_times.hpp"

namespace atl::plan {

/// Texts of the three tables, CSV with a header line.
struct OperatorTables {
    std::string_view gemm;        ///< gpu, dtype, m, n, k, latency_us
    std::string_view attention;   ///< gpu, dtype, batch, seq, heads, kv_heads, head_dim, latency_us
    std::string_view collective;  ///< gpu, nccl, op, gpus, bytes, latency_us
};

/// The times of `gpu`: those of its own tables, or of the sibling that Gpu::operators names, scaled by peak and
/// bandwidth. Matrix products: what a flop takes, interpolated in the logarithms of m, n and k. Attention: what a flop
/// takes by head size and sequence, interpolated in heads x batch. Collectives: time by bytes, log-log. Beyond the
/// tables the nearest shape's efficiency holds. Throws InputError with place for a bad table, and when it does not
/// have the GPU. A GPU without fp8 has bf16's times for it.
std::unique_ptr<OperatorTimes> make_measured_operators(const OperatorTables& tables, const Gpu& gpu,
                                                       const Gpu& measured_gpu);

}  // namespace atl::plan
