// SPDX-License-Identifier: Apache-2.0
// The fitted constants of the memory model.
#pragma once

namespace atl::plan {

/// Few and physical; values, ranges and the rows they were fitted on stand in models/cost/memory.toml.
struct MemoryParameters {
    double activation_factor = 1.0;  ///< on the bytes kept for the backward pass
    double weight_bytes = 6.0;       ///< of weights and gradients, a parameter (bf16 weights, fp32 gradients)
    double optimizer_bytes = 12.0;   ///< of master weights and Adam's moments, a parameter
    double runtime_gib = 1.5;        ///< CUDA context, cuBLAS
    double communicator_gib = 0.3;   ///< of one NCCL communicator (tensor, pipeline, data, context, expert)
    double fragmentation = 0.03;     ///< share of activations and workspace
    double log_error = 0.08;         ///< standard deviation of log(measured / predicted)
};

}  // namespace atl::plan
