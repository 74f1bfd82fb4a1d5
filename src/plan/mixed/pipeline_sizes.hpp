// SPDX-License-Identifier: Apache-2.0
// Sizes of mixed pipelines before their numbers of stages: which there are, and how fast they can be at best.
#pragma once

#include <cstdint>
#include <vector>

#include "atoll/plan/mixed.hpp"
#include "plan/mixed/stage_costs.hpp"

namespace atl::plan {

/// Sizes of a pipeline without its numbers of stages.
struct PipelineSizes {
    std::uint32_t data = 1;
    std::uint16_t micro_batch = 1;
    std::uint32_t micro_batches = 1;
    std::vector<std::uint16_t> pools;   ///< in the order of the pipeline
    std::vector<std::uint16_t> tensor;  ///< of each
    std::vector<std::uint16_t> most;    ///< stages of each
    std::vector<double> each;           ///< seconds of a layer on a stage of each, at least
    std::vector<double> overhead;       ///< of a stage beside its layers, at least
    std::uint64_t pipelines = 0;        ///< numbers of stages that the caps allow
    double bound = 0;
    double dollars_bound = 0;

    /// GPUs that one stage of a type takes.
    std::uint64_t gpus_of_stage(std::size_t type) const { return std::uint64_t{tensor[type]} * data; }
    StageSort sort_of(std::size_t type, std::uint16_t stages) const {
        return {pools[type], tensor[type], micro_batch, data, stages};
    }
};

/// Seconds that a pipeline with so many stages of each type takes at least.
double pipeline_bound(const PipelineSizes& sizes, const std::vector<std::uint16_t>& stages, std::uint32_t layers);
/// Whether so many stages of each type can hold all layers, whole ones, within that many seconds; false is certain.
bool may_hold(const PipelineSizes& sizes, const std::vector<std::uint16_t>& stages, std::uint32_t layers,
              double seconds);

/// Every order of every subset of the pools with every tensor size, data and micro-batch that divide the batch; those
/// of the least bound first. The same on every rank.
std::vector<PipelineSizes> pipeline_sizes(const Transformer& model, const Workload& workload,
                                          const std::vector<GpuPool>& pools, const MixedSpace& space,
                                          const MixedOptions& options, StageCosts& costs);

}  // namespace atl::plan
