// SPDX-License-Identifier: Apache-2.0
// Time of one layer of one micro-batch on one rank, and of what stands before and behind the layers.
#pragma once

#include "atoll/plan/cost_parameters.hpp"
#include "atoll/plan/machine.hpp"
#include "atoll/plan/operator_times.hpp"
#include "atoll/plan/strategy.hpp"
#include "atoll/plan/transformer.hpp"

namespace atl::plan {

/// Seconds; a mean over the model's layers where they differ (dense ones before those with experts).
struct LayerCost {
    double forward = 0;
    double backward = 0;
    double attention_forward = 0;  ///< what selective recomputation does again
    double embedding = 0;          ///< forward and backward of the first stage
    double head = 0;               ///< forward and backward of the last stage
};

/// Everything that follows from tensor, context, expert, micro_batch and the switches that change a layer
/// (sequence_parallel, overlap_tensor_parallel, flash_attention, precision).
class LayerModel {
public:
    LayerModel(const Transformer& model, const Cluster& cluster, const Workload& workload, OperatorTimes& operators,
               const CostParameters& parameters)
        : model_(model), cluster_(cluster), workload_(workload), operators_(operators), parameters_(parameters) {}

    LayerCost cost(const Strategy& strategy);

    /// A collective of `ranks` that lie `stride` GPUs apart: measured inside a node, the fabric's bandwidth between
    /// nodes. `bytes` as of OperatorTimes.
    double collective(Collective kind, std::uint32_t ranks, std::uint32_t stride, double bytes);

private:
    struct Pass {
        double forward = 0;
        double backward = 0;
    };
    Pass gemm(const Strategy& strategy, double m, double n, double k);
    Pass attention(const Strategy& strategy);
    Pass dense_ffn(const Strategy& strategy, double width);
    Pass experts(const Strategy& strategy);
    double elementwise(const Strategy& strategy) const;
    double tensor_traffic(const Strategy& strategy);
    double tokens(const Strategy& strategy) const;

    const Transformer& model_;
    const Cluster& cluster_;
    const Workload& workload_;
    OperatorTimes& operators_;
    const CostParameters& parameters_;
};

}  // namespace atl::plan
