// SPDX-License-Identifier: Apache-2.0
// What a plan keeps in a GPU's memory, stage by stage, and how likely it is to run out.
#pragma once

#include <cstdint>
#include <vector>

#include "atoll/plan/machine.hpp"
#include "atoll/plan/memory_parameters.hpp"
#include "atoll/plan/strategy.hpp"
#include "atoll/plan/transformer.hpp"

namespace atl::plan {

/// GiB of one GPU of one pipeline stage at its peak.
struct StageMemory {
    double weights = 0;
    double gradients = 0;
    double optimizer = 0;
    double activations = 0;  ///< kept for the backward pass
    double workspace = 0;    ///< logits, temporary buffers, gathered weights of ZeRO stage 3
    double runtime = 0;      ///< CUDA context, NCCL buffers
    double fragmentation = 0;
    double total() const { return weights + gradients + optimizer + activations + workspace + runtime + fragmentation; }
};

/// The memory model of one (model, cluster, workload); tables and threads as of TimeModel.
class MemoryModel {
public:
    MemoryModel(const Transformer& model, const Cluster& cluster, const Workload& workload,
                const MemoryParameters& parameters);

    /// Of the fullest stage, in GiB; what the search calls, well under a microsecond. Equal to the largest total of
    /// stages().
    double peak_gib(const Strategy& strategy) const;
    /// Of every stage, for tables and pictures.
    std::vector<StageMemory> stages(const Strategy& strategy) const;
    /// That a plan whose predicted peak is `peak_gib` does not fit `capacity_gib`: the share of the model's known
    /// errors (lognormal, MemoryParameters::log_error) that would exceed it.
    double out_of_memory_probability(double peak_gib, double capacity_gib) const;

private:
    /// What one layer keeps of one micro-batch, bytes for each token.
    struct LayerBytes {
        double whole = 0;     ///< not cut by tensor parallelism unless sequences are
        double cut = 0;       ///< cut by tensor parallelism
        double scores = 0;    ///< cut, and only without flash attention or selective recomputation
        double boundary = 0;  ///< the layer's input alone: what full recomputation keeps
    };

    StageMemory stage(const Strategy& strategy, std::uint32_t index) const;
    double kept_micro_batches(const Strategy& strategy, std::uint32_t index) const;

    Transformer model_;
    Cluster cluster_;
    Workload workload_;
    MemoryParameters parameters_;
    LayerParameters layer_;
    LayerBytes dense_bytes_;
    LayerBytes expert_bytes_;
};

}  // namespace atl::plan
