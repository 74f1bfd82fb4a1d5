// SPDX-License-Identifier: Apache-2.0
// Pipelines over GPUs of several types: exact search for the fastest one.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "atoll/plan/cost_parameters.hpp"
#include "atoll/plan/machine.hpp"
#include "atoll/plan/memory_model.hpp"
#include "atoll/plan/memory_parameters.hpp"
#include "atoll/plan/operator_times.hpp"
#include "atoll/plan/strategy.hpp"
#include "atoll/plan/transformer.hpp"

namespace atl::plan {

/// GPUs of one type that may be used. `most` is a cap; `operators` and the parameters are those of the type.
struct GpuPool {
    Gpu gpu;
    std::uint32_t most = 0;
    std::uint32_t gpus_per_node = 8;
    double inter_node_gb_per_second = 0;  ///< per GPU, also to other types; 0: no link to them
    double dollars_per_gpu_hour = 0;
    OperatorTimes* operators = nullptr;
    CostParameters time_parameters;
    MemoryParameters memory_parameters;
};

/// One stage: `data` replicas of `tensor` GPUs of one pool.
struct MixedStage {
    std::uint16_t pool = 0;
    std::uint16_t tensor = 1;
    std::uint16_t layers = 0;
    bool recompute = false;  ///< full recomputation of all its layers: without it they do not fit
    auto operator<=>(const MixedStage&) const = default;  // NOLINT(modernize-use-nullptr): false alarm of clang 14
};

/// 1F1B over unlike stages; data parallelism stays inside a type. bf16, flash attention, sequence parallelism with
/// overlapped collectives wherever tensor > 1, a distributed optimizer with overlap wherever data > 1.
struct MixedPlan {
    double seconds = 0;
    double dollars = 0;  ///< of one iteration: every GPU of the pipeline for all of it
    std::uint32_t data = 1;
    std::uint16_t micro_batch = 1;
    std::vector<MixedStage> stages;
    auto operator<=>(const MixedPlan&) const = default;  // NOLINT(modernize-use-nullptr): false alarm of clang 14

    /// GPUs of each pool.
    std::vector<std::uint32_t> gpus(std::size_t pools) const;
};
/// "dp4 mbs2: 4 x H100-SXM-80 tp8 (12 13 13 13 layers), 2 x A100-SXM-80 tp4 recomputed (14 15)".
std::string describe(const MixedPlan& plan, const std::vector<GpuPool>& pools);

/// Stages of a type stand together, in any order of types; all stages of a type have one tensor size; a plan has at
/// most 64 stages. Layers are split over stages freely, or, in Astra's own space, evenly inside a type.
struct MixedSpace {
    std::vector<std::uint32_t> tensor{1, 2, 4, 8};
    std::vector<std::uint32_t> micro_batch{1, 2, 4, 8, 16};
    std::uint32_t most_stages = 64;
    std::uint32_t most_types = 4;  ///< in one pipeline
    bool even_inside_type = false;
};

/// What a plan takes that somebody has found.
struct MixedPoint {
    double seconds = 0;
    double dollars = 0;
};

/// How ranks share one search; all empty: it is searched alone.
struct MixedSharing {
    /// The next of 0, 1, 2, ...; over all ranks each number is given once.
    std::function<std::size_t()> take;
    /// Of a front: a plan found here; else the slowest of `keep` plans known here.
    std::function<void(const MixedPoint&)> tell;
    /// What the others told since the last call.
    std::function<std::vector<MixedPoint>()> heard;
};

struct MixedOptions {
    std::size_t keep = 5;
    std::uint32_t most_gpus = 0;       ///< over all pools; 0: no such limit
    double out_of_memory_limit = 0.5;  ///< of each stage
    bool is_front = false;             ///< keep the front of seconds and dollars instead of the fastest
    bool is_brute_force = false;       ///< every pipeline is split, nothing is bounded
    MixedSharing sharing;
};

/// What became of every pipeline: data, micro-batch, types in order, tensor sizes, stages of each type. They add up.
struct MixedCertificate {
    std::uint64_t generated = 0;
    std::uint64_t pruned_by_sizes = 0;   ///< all numbers of stages at once
    std::uint64_t pruned_by_stages = 0;  ///< by the pace of its stages together
    std::uint64_t pruned_by_split = 0;   ///< its best split is slower, or nothing fits
    std::uint64_t split = 0;
    MixedCertificate& operator+=(const MixedCertificate& other);
    bool adds_up() const { return generated == pruned_by_sizes + pruned_by_stages + pruned_by_split + split; }
};

struct MixedResult {
    /// Faster first; among equals the smallest plan. Of a front: every plan that no other one beats or equals in both
    /// seconds and dollars, so that dollars fall.
    std::vector<MixedPlan> best;
    MixedCertificate certificate;
};

/// Throws InputError without pools, for a model with leading dense layers among experts, and where no size fits.
MixedResult search_mixed(const Transformer& model, const Workload& workload, const std::vector<GpuPool>& pools,
                         const MixedSpace& space, const MixedOptions& options);

/// One stage of a plan as the search saw it.
struct MixedStageDetail {
    double forward_seconds = 0;   ///< of one micro-batch, the send to the next stage left out
    double backward_seconds = 0;  ///< with what is computed again
    double send_seconds = 0;      ///< to the next stage, both ways
    double overhead_seconds = 0;  ///< of the host, a micro-batch
    StageMemory memory;           ///< GiB of its fullest GPU
    double out_of_memory_probability = 0;
    double pace() const { return forward_seconds + backward_seconds + send_seconds + overhead_seconds; }
};
std::vector<MixedStageDetail> stage_details(const Transformer& model, const Workload& workload,
                                            const std::vector<GpuPool>& pools, const MixedPlan& plan);

/// One result out of those of all ranks, in any order: the same plans as of one rank, and counts that add up to the
/// same number of pipelines.
MixedResult merge(const std::vector<MixedResult>& results, const MixedOptions& options);

}  // namespace atl::plan
