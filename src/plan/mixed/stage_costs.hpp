// SPDX-License-Identifier: Apache-2.0
// Private to plan: what stages of a mixed pipeline cost by their layers.
#pragma once

#include <map>
#include <memory>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "atoll/plan/cost_model.hpp"
#include "atoll/plan/layer_split.hpp"
#include "atoll/plan/memory_model.hpp"
#include "atoll/plan/mixed.hpp"

namespace atl::plan {

/// One sort of stage of a pipeline: all but its place.
struct StageSort {
    std::uint16_t pool = 0;
    std::uint16_t tensor = 1;
    std::uint16_t micro_batch = 1;
    std::uint32_t data = 1;
    std::uint16_t stages = 1;                            ///< of the whole pipeline
    auto operator<=>(const StageSort&) const = default;  // NOLINT(modernize-use-nullptr): false alarm of clang 14
};

/// Neighbours of a stage, and whether it is an end.
struct StagePlace {
    std::uint16_t index = 0;
    std::uint16_t next_pool = 0;  ///< of the stage that it sends to; its own at the end
};

class StageCosts {
public:
    StageCosts(const Transformer& model, const Workload& workload, const std::vector<GpuPool>& pools,
               double out_of_memory_limit);

    /// Seconds of one layer of a micro-batch without recomputation: no stage of the sort is faster.
    double layer_seconds(const StageSort& sort);
    /// Seconds of a stage beside its layers, whatever its place: no stage of the sort has less.
    double overhead_seconds(const StageSort& sort);
    /// Seconds by layers at a place; valid as long as this object.
    const StageSeconds& at(const StageSort& sort, const StagePlace& place);
    /// Whether that many layers there fit only when they are computed again.
    bool recomputes(const StageSort& sort, std::uint16_t index, std::uint32_t layers);
    /// The parts of at(), and of the memory behind it, for that many layers.
    MixedStageDetail detail(const StageSort& sort, const StagePlace& place, std::uint32_t layers, bool recompute);

private:
    struct Terms {
        CostTerms plain;
        double recompute = 0;  ///< seconds of one layer computed again
        double once = 0;       ///< gradients, parameters, optimizer of one layer
    };
    /// GiB of each stage with 1 layer and each further one.
    struct Memory {
        std::vector<double> first;
        std::vector<double> further;
        double of(std::uint16_t index, std::uint32_t layers) const {
            return first[index] + (layers - 1.0) * further[index];
        }
    };
    Strategy strategy_of(const StageSort& sort) const;
    Cluster cluster_of(const StageSort& sort) const;
    const Terms& terms(const StageSort& sort);
    const Memory& memory(const StageSort& sort, bool recompute);
    double send_seconds(const StageSort& sort, std::uint16_t next_pool);

    const Transformer& model_;
    Workload workload_;
    const std::vector<GpuPool>& pools_;
    std::vector<double> limit_gib_;
    std::map<std::pair<std::uint16_t, std::uint32_t>, std::unique_ptr<TimeModel>> models_;  ///< by pool and GPUs
    std::map<StageSort, Terms> terms_;
    std::map<std::pair<StageSort, bool>, Memory> memory_;
    std::unordered_map<std::uint64_t, StageSeconds> tables_;  ///< by sort and place, packed
};

}  // namespace atl::plan
