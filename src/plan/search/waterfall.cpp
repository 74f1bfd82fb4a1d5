// SPDX-License-Identifier: Apache-2.0
// The steps of a plan's seconds.
#include "atoll/plan/explain.hpp"

namespace atl::plan {
namespace {

struct TermStep {
    const char* name;
    double CostTerms::*term;
};

/// After the layers, recomputation and the bubble.
constexpr TermStep later_steps[] = {
    {"embedding", &CostTerms::embedding},
    {"head and loss", &CostTerms::head},
    {"pipeline P2P", &CostTerms::p2p},
    {"host, per micro-batch", &CostTerms::micro_batch_overhead},
    {"gradient reduction", &CostTerms::gradient_sync},
    {"parameter gather", &CostTerms::parameter_gather},
    {"optimizer", &CostTerms::optimizer},
    {"constant", &CostTerms::fixed},
};

}  // namespace

PipelineShape shape_of(const Strategy& strategy, const Workload& workload, std::uint32_t layers) {
    return {micro_batches(strategy, workload), strategy.pipeline, strategy.virtual_stages, layers, strategy.schedule};
}

std::vector<TimePart> waterfall(const CostTerms& terms, const PipelineShape& shape) {
    std::vector<TimePart> parts;
    double so_far = 0;
    const auto step = [&](const char* name, double total) {
        parts.push_back({name, total - so_far});
        so_far = total;
    };
    // one stage with the fullest stage's layers is what that stage computes, never idle
    PipelineShape busy = shape;
    busy.layers = (shape.layers + shape.stages - 1) / shape.stages;
    busy.stages = 1;
    busy.virtual_stages = 1;
    busy.schedule = Schedule::one_f_one_b;
    CostTerms present;
    present.layer_forward = terms.layer_forward;
    step("layers, forward", iteration_seconds(present, busy));
    present.layer_backward = terms.layer_backward;
    step("layers, backward", iteration_seconds(present, busy));
    present.layer_recompute = terms.layer_recompute;
    step("recomputation", iteration_seconds(present, busy));
    step("pipeline bubble", iteration_seconds(present, shape));
    for (const TermStep& later : later_steps) {
        present.*later.term = terms.*later.term;
        step(later.name, iteration_seconds(present, shape));
    }
    step("stragglers", iteration_seconds(terms, shape));
    return parts;
}

}  // namespace atl::plan
