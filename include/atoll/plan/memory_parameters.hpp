// SPDX-License-Identifier: Apache-2.0
// The constants of the memory model.
#pragma once

namespace atl::plan {

/// Few and physical; docs/plan.md says what they are worth.
struct MemoryParameters {
    double activation_factor = 1.0;  ///< on the bytes kept for the backward pass
    double weight_bytes = 2.0;       ///< of one weight, bf16
    double gradient_bytes = 4.0;     ///< fp32
    double optimizer_bytes = 12.0;   ///< fp32 master weight and Adam's two moments
    double runtime_gib = 1.5;        ///< CUDA context, cuBLAS
    double communicator_gib = 0.3;   ///< of one NCCL communicator (tensor, pipeline, data, context, expert)
    double fragmentation = 0.03;     ///< share of activations and workspace
    double log_error = 0.08;         ///< standard deviation of log(measured / predicted)
};

}  // namespace atl::plan
