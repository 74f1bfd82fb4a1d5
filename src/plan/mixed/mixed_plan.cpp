// SPDX-License-Identifier: Apache-2.0
// Mixed plans: GPUs they take, words for them.
#include <fmt/format.h>

#include "atoll/plan/mixed.hpp"

namespace atl::plan {

std::vector<std::uint32_t> MixedPlan::gpus(std::size_t pools) const {
    std::vector<std::uint32_t> all(pools, 0);
    for (const MixedStage& stage : stages) all.at(stage.pool) += stage.tensor * data;
    return all;
}

std::string describe(const MixedPlan& plan, const std::vector<GpuPool>& pools) {
    std::string text = fmt::format("dp{} mbs{}:", plan.data, plan.micro_batch);
    for (std::size_t begin = 0; begin < plan.stages.size();) {
        const MixedStage& first = plan.stages[begin];
        std::size_t end = begin;
        std::vector<std::uint32_t> layers;
        while (end < plan.stages.size() && plan.stages[end].pool == first.pool &&
               plan.stages[end].recompute == first.recompute) {
            layers.push_back(plan.stages[end++].layers);
        }
        text += fmt::format("{} {} x {} tp{}{} ({} layers)", begin == 0 ? "" : ",", end - begin,
                            pools.at(first.pool).gpu.name, first.tensor, first.recompute ? " recomputed" : "",
                            fmt::join(layers, " "));
        begin = end;
    }
    return text;
}

}  // namespace atl::plan
