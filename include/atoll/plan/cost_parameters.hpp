// SPDX-License-Identifier: Apache-2.0
// The constants of the time model.
#pragma once

namespace atl::plan {

/// Few and physical. The values are a first set, taken from a study of 1,327 measured runs; docs/plan.md says what they
/// are worth.
struct CostParameters {
    double scale = 1.0;                     ///< on the whole iteration: what a user's own runs say
    double gemm = 1.0;                      ///< on the operator table's matrix products
    double attention_forward = 1.31;        ///< on the operator table's attention
    double attention_backward = 3.35;       ///< on attention_forward
    double elementwise = 1.4;               ///< on bytes over the memory's bandwidth
    double tensor_traffic = 1.0;            ///< on the collective table's times
    double inter_node_efficiency = 0.85;    ///< share of the fabric's bandwidth that is reached
    double data_traffic = 1.0;              ///< on gradient reduction and parameter gather
    double p2p_in_sight = 0.26;             ///< share of a send between stages that computing does not hide
    double head = 1.22;                     ///< on the logits' products and the loss
    double misaligned_gemm = 1.41;          ///< where a size per rank is no multiple of 64
    double misaligned_head = 5.0;           ///< on attention, where the head size is no multiple of 8
    double host_forward_seconds = 0.76e-3;  ///< least time of one layer's forward pass: launching its kernels
    double host_backward = 1.6;             ///< the same of the backward pass, in forward ones
    double host_tensor_seconds = 0.07e-3;   ///< more of it with tensor parallelism
    double micro_batch_seconds = 5e-3;      ///< host work for a micro-batch
    double optimizer_bytes = 30;            ///< moved for one weight in one update
    double straggler = 0.01;                ///< slowdown for each doubling of the cluster beyond 8 GPUs
    double overlap_slowdown = 0.15;         ///< of the shorter side of what runs at once: both sides slow down
    double tensor_overlap_in_sight = 0.4;   ///< share of tensor-parallel traffic left with overlap
};

}  // namespace atl::plan
