// SPDX-License-Identifier: Apache-2.0
// The terms an iteration's time is made of, and the one function that adds them up.
#pragma once

#include <cstdint>

#include "atoll/plan/strategy.hpp"

namespace atl::plan {

/// Seconds. Of one rank and, where not said otherwise, one micro-batch. Every field is at least 0.
struct CostTerms {
    double layer_forward =
        0;  ///< one layer: compute, host floor and the tensor-, context- and expert-parallel traffic in sight
    double layer_backward = 0;        ///< the same, without recomputation
    double layer_recompute = 0;       ///< mean over the stage's layers of what is computed again
    double embedding = 0;             ///< forward and backward of what only the first stage has
    double head = 0;                  ///< forward and backward of what only the last stage has (logits, loss)
    double p2p = 0;                   ///< sending one activation to the next stage, what of it is in sight
    double micro_batch_overhead = 0;  ///< host work for a micro-batch
    double gradient_sync = 0;         ///< an iteration's gradient reduction, what of it is in sight
    double parameter_gather = 0;      ///< an iteration's parameter gather, what of it is in sight
    double optimizer = 0;             ///< an iteration's update
    double fixed = 0;                 ///< an iteration's constant
    double slowdown = 1;              ///< factor on everything: stragglers of a large cluster
};

/// The terms of a run that trains adapters alone (LoRA, Hu et al. 2022): the backward pass has no gradients of weights,
/// half of its matrix products, and the weights are neither reduced, gathered nor updated.
CostTerms with_frozen_weights(CostTerms terms);

/// What the sum needs of a plan beside its terms.
struct PipelineShape {
    std::uint32_t micro_batches = 1;
    std::uint32_t stages = 1;
    std::uint32_t virtual_stages = 1;
    std::uint32_t layers = 1;  ///< of the whole model; the largest stage holds ceil(layers / stages)
    Schedule schedule = Schedule::one_f_one_b;
};

/// Seconds of one iteration. Non-decreasing in every field of `terms`: the search's bounds rest on it (tested).
double iteration_seconds(const CostTerms& terms, const PipelineShape& shape);

}  // namespace atl::plan
