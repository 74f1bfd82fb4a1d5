// SPDX-License-Identifier: Apache-2.0
// One iteration out of its terms.
#include "atoll/plan/cost_terms.hpp"

#include <algorithm>
#include <cmath>

namespace atl::plan {

namespace {

/// Idle stage-times of a pipeline, in micro-batches of the whole stage: (p - 1) / v for 1F1B and interleaving
/// (Narayanan et al. 2021, section 2.2); a third of 1F1B's for zero-bubble ZB-H1 (Qi et al. 2024, table 2).
double bubble(const PipelineShape& shape) {
    const double stages = shape.stages - 1.0;
    switch (shape.schedule) {
        case Schedule::zero_bubble:
            return stages / 3;
        case Schedule::interleaved:
            return stages / shape.virtual_stages;
        case Schedule::gpipe:
        case Schedule::one_f_one_b:
            break;
    }
    return stages;
}

}  // namespace

CostTerms with_frozen_weights(CostTerms terms) {
    terms.layer_backward /= 2;
    terms.head *= 2.0 / 3;
    terms.gradient_sync = 0;
    terms.parameter_gather = 0;
    terms.optimizer = 0;
    return terms;
}

double iteration_seconds(const CostTerms& terms, const PipelineShape& shape) {
    const double layers = std::ceil(static_cast<double>(shape.layers) / shape.stages);
    const double plain =
        layers * (terms.layer_forward + terms.layer_backward + terms.layer_recompute) + terms.micro_batch_overhead;
    // the fullest stage sets the pace; one that has embedding or head beside its layers is the fullest
    const double ends = shape.stages == 1 ? terms.embedding + terms.head : std::max(terms.embedding, terms.head);
    const double send = shape.stages == 1 ? 0 : terms.p2p * shape.virtual_stages;
    const double steady = shape.micro_batches * (plain + ends + send);
    const double idle = bubble(shape) * (plain + send);
    return terms.slowdown *
           (steady + idle + terms.gradient_sync + terms.parameter_gather + terms.optimizer + terms.fixed);
}

}  // namespace atl::plan
