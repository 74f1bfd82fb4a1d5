// SPDX-License-Identifier: Apache-2.0
// Operator times of no measured GPU: for tests and benchmarks of searches.
#pragma once

#include "atoll/plan/machine.hpp"
#include "atoll/plan/operator_times.hpp"

namespace atl::plan {

/// A roofline instead of measured operators.
struct RooflineOperators : OperatorTimes {
    explicit RooflineOperators(const Gpu& gpu)
        : flops(0.6e12 * gpu.bf16_tflops), bytes_per_second(0.8e9 * gpu.scale_up_gb_per_second) {}
    double gemm_seconds(const GemmShape& shape) override {
        return 2 * shape.m * shape.n * shape.k / ((shape.fp8 ? 2 : 1) * flops) + 3e-6;
    }
    double attention_forward_seconds(const AttentionShape& shape) override {
        return 2 * shape.batch * shape.heads * shape.sequence * shape.sequence * shape.head_dim / flops + 3e-6;
    }
    double collective_seconds(Collective collective, std::uint32_t gpus, double bytes) override {
        const double passes = collective == Collective::all_reduce ? 2 : 1;
        return 1e-5 + passes * bytes * (gpus - 1) / gpus / bytes_per_second;
    }
    double flops;
    double bytes_per_second;
};

}  // namespace atl::plan
