// SPDX-License-Identifier: Apache-2.0
// How long one matrix product, one attention, one collective inside a node takes on one type of GPU.
#pragma once

#include <compare>
#include <cstdint>

namespace atl::plan {

/// y[m, n] = x[m, k] * w[n, k]^T.
struct GemmShape {
    double m = 0;
    double n = 0;
    double k = 0;
    bool fp8 = false;
    auto operator<=>(const GemmShape&) const = default;  // NOLINT(modernize-use-nullptr): false alarm of clang 14
};

/// Causal, forward.
struct AttentionShape {
    double batch = 0;
    double sequence = 0;  ///< tokens, of queries and of keys
    double heads = 0;     ///< query heads on this GPU
    double kv_heads = 0;
    double head_dim = 0;
    auto operator<=>(const AttentionShape&) const = default;  // NOLINT(modernize-use-nullptr): false alarm of clang 14
};

enum class Collective : std::uint8_t { all_reduce, all_gather, reduce_scatter, all_to_all };

/// Seconds, of one type of GPU, as measurements say (data/measured/gpu-ops, models/efficiency). `bytes` is nccl-tests'
/// size: the whole buffer (the output of all_gather, the input of reduce_scatter). Answers are remembered, so one
/// object serves one thread. Any positive sizes are answered, beyond the tables by scaling.
class OperatorTimes {
public:
    virtual ~OperatorTimes() = default;
    virtual double gemm_seconds(const GemmShape& shape) = 0;
    virtual double attention_forward_seconds(const AttentionShape& shape) = 0;
    /// Inside one scale-up domain.
    virtual double collective_seconds(Collective collective, std::uint32_t gpus, double bytes) = 0;
};

}  // namespace atl::plan
