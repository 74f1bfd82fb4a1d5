// SPDX-License-Identifier: Apache-2.0
// Stages of mixed pipelines by way of the one-type models.
#include "plan/mixed/stage_costs.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "atoll/plan/planner.hpp"

namespace atl::plan {

namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();

/// Pools, tensor sizes, micro-batches and stages are small: 4, 8, 8 and 8 bits; places 8 and 4, data 24.
std::uint64_t packed(const StageSort& sort, const StagePlace& place) {
    std::uint64_t key = sort.data;
    key = key << 4U | sort.pool;
    key = key << 8U | sort.tensor;
    key = key << 8U | sort.micro_batch;
    key = key << 8U | sort.stages;
    key = key << 8U | place.index;
    return key << 4U | place.next_pool;
}

}  // namespace

StageCosts::StageCosts(const Transformer& model, const Workload& workload, const std::vector<GpuPool>& pools,
                       double out_of_memory_limit)
    : model_(model), workload_(workload), pools_(pools) {
    for (const GpuPool& pool : pools) {
        const Cluster one{pool.gpu, 1, pool.gpus_per_node, pool.inter_node_gb_per_second};
        const MemoryModel memory(model, one, workload, pool.memory_parameters);
        limit_gib_.push_back(memory_limit_gib(memory, pool.gpu, out_of_memory_limit));
    }
}

Strategy StageCosts::strategy_of(const StageSort& sort) const {
    Strategy strategy;
    strategy.tensor = sort.tensor;
    strategy.pipeline = sort.stages;
    strategy.data = sort.data;
    strategy.micro_batch = sort.micro_batch;
    strategy.sequence_parallel = strategy.overlap_tensor_parallel = sort.tensor > 1;
    const bool has_replicas = sort.data > 1;
    strategy.zero_stage = has_replicas ? 1 : 0;
    strategy.overlap_gradient_reduce = strategy.overlap_parameter_gather = has_replicas;
    return strategy;
}

Cluster StageCosts::cluster_of(const StageSort& sort) const {
    const GpuPool& pool = pools_[sort.pool];
    return {pool.gpu, sort.tensor * sort.data * sort.stages, pool.gpus_per_node, pool.inter_node_gb_per_second};
}

const StageCosts::Terms& StageCosts::terms(const StageSort& sort) {
    const auto found = terms_.find(sort);
    if (found != terms_.end()) return found->second;
    const GpuPool& pool = pools_[sort.pool];
    const Cluster cluster = cluster_of(sort);
    auto& model = models_[{sort.pool, cluster.gpus}];
    if (!model) {
        model = std::make_unique<TimeModel>(model_, cluster, workload_, *pool.operators, pool.time_parameters);
    }
    Strategy strategy = strategy_of(sort);
    Terms terms;
    terms.plain = model->terms(strategy);
    const double stage_layers = std::ceil(static_cast<double>(model_.layers) / sort.stages);
    terms.once = (terms.plain.gradient_sync + terms.plain.parameter_gather + terms.plain.optimizer) / stage_layers;
    strategy.recompute = Recompute::full;
    strategy.recompute_layers = 1;
    terms.recompute = model->terms(strategy).layer_recompute;
    return terms_.emplace(sort, terms).first->second;
}

const StageCosts::Memory& StageCosts::memory(const StageSort& sort, bool recompute) {
    const auto key = std::pair(sort, recompute);
    const auto found = memory_.find(key);
    if (found != memory_.end()) return found->second;
    Strategy strategy = strategy_of(sort);
    if (recompute) {
        strategy.recompute = Recompute::full;
        strategy.recompute_layers = 1;
    }
    // the model cut to as many layers as each stage is to hold: memory is a line in them
    const auto with_layers = [&](std::uint32_t layers) {
        Transformer cut = model_;
        cut.layers = layers * sort.stages;
        return MemoryModel(cut, cluster_of(sort), workload_, pools_[sort.pool].memory_parameters).stages(strategy);
    };
    const std::vector<StageMemory> one = with_layers(1);
    const std::vector<StageMemory> two = with_layers(2);
    Memory lines;
    for (std::size_t i = 0; i < one.size(); ++i) {
        lines.first.push_back(one[i].total());
        lines.further.push_back(two[i].total() - one[i].total());
    }
    return memory_.emplace(key, std::move(lines)).first->second;
}

double StageCosts::layer_seconds(const StageSort& sort) {
    const CostTerms& plain = terms(sort).plain;
    return plain.slowdown * (plain.layer_forward + plain.layer_backward);
}

double StageCosts::overhead_seconds(const StageSort& sort) {
    const CostTerms& plain = terms(sort).plain;
    return plain.slowdown * plain.micro_batch_overhead;
}

/// Inside a type as the time model says; to another type over the slower of both fabrics.
double StageCosts::send_seconds(const StageSort& sort, std::uint16_t next_pool) {
    const double own = terms(sort).plain.p2p;
    if (next_pool == sort.pool) return own;
    const GpuPool& here = pools_[sort.pool];
    const GpuPool& there = pools_[next_pool];
    const double slower = std::min(here.inter_node_gb_per_second, there.inter_node_gb_per_second);
    if (slower <= 0) return infinite;
    const CostParameters& parameters = here.time_parameters;
    const double bytes = 2.0 * sort.micro_batch * workload_.sequence * model_.hidden / sort.tensor;
    const double crossing = 2 * parameters.p2p_in_sight * bytes / (1e9 * slower * parameters.inter_node_efficiency);
    return std::max(own, crossing);
}

const StageSeconds& StageCosts::at(const StageSort& sort, const StagePlace& place) {
    const std::uint64_t key = packed(sort, place);
    const auto found = tables_.find(key);
    if (found != tables_.end()) return found->second;
    const Terms& own = terms(sort);
    const Memory& kept = memory(sort, false);
    const Memory& again = memory(sort, true);
    const bool is_first = place.index == 0;
    const bool is_last = place.index + 1 == sort.stages;
    const double constant = own.plain.micro_batch_overhead + (is_last ? 0 : send_seconds(sort, place.next_pool)) +
                            (is_first ? own.plain.embedding : 0) + (is_last ? own.plain.head : 0);
    const double each = own.plain.layer_forward + own.plain.layer_backward;
    StageSeconds table;
    table.pace.assign(model_.layers + 1, infinite);
    table.once.assign(model_.layers + 1, 0);
    for (std::uint32_t n = 1; n <= model_.layers; ++n) {
        const bool fits = kept.of(place.index, n) <= limit_gib_[sort.pool];
        if (!fits && again.of(place.index, n) > limit_gib_[sort.pool]) break;
        table.pace[n] = own.plain.slowdown * (constant + n * (each + (fits ? 0 : own.recompute)));
        // the first stage ends its backward passes last: what others exchange is hidden behind it
        table.once[n] = is_first ? own.plain.slowdown * n * own.once : 0;
    }
    return tables_.emplace(key, std::move(table)).first->second;
}

bool StageCosts::recomputes(const StageSort& sort, std::uint16_t index, std::uint32_t layers) {
    return memory(sort, false).of(index, layers) > limit_gib_[sort.pool];
}

MixedStageDetail StageCosts::detail(const StageSort& sort, const StagePlace& place, std::uint32_t layers,
                                    bool recompute) {
    const Terms& own = terms(sort);
    const bool is_first = place.index == 0;
    const bool is_last = place.index + 1 == sort.stages;
    const double ends = (is_first ? own.plain.embedding : 0) + (is_last ? own.plain.head : 0);
    MixedStageDetail detail;
    detail.forward_seconds = own.plain.slowdown * (layers * own.plain.layer_forward + ends / 3);
    detail.backward_seconds =
        own.plain.slowdown * (layers * (own.plain.layer_backward + (recompute ? own.recompute : 0)) + ends * 2 / 3);
    detail.send_seconds = is_last ? 0 : own.plain.slowdown * send_seconds(sort, place.next_pool);
    detail.overhead_seconds = own.plain.slowdown * own.plain.micro_batch_overhead;
    Strategy strategy = strategy_of(sort);
    if (recompute) {
        strategy.recompute = Recompute::full;
        strategy.recompute_layers = 1;
    }
    Transformer cut = model_;
    cut.layers = layers * sort.stages;
    const GpuPool& pool = pools_[sort.pool];
    const MemoryModel memory(cut, cluster_of(sort), workload_, pool.memory_parameters);
    detail.memory = memory.stages(strategy).at(place.index);
    detail.out_of_memory_probability = memory.out_of_memory_probability(detail.memory.total(), pool.gpu.memory_gib);
    return detail;
}

std::vector<MixedStageDetail> stage_details(const Transformer& model, const Workload& workload,
                                            const std::vector<GpuPool>& pools, const MixedPlan& plan) {
    StageCosts costs(model, workload, pools, 1);
    std::vector<MixedStageDetail> details;
    const auto count = static_cast<std::uint16_t>(plan.stages.size());
    for (std::uint16_t i = 0; i < count; ++i) {
        const MixedStage& stage = plan.stages[i];
        const StageSort sort{stage.pool, stage.tensor, plan.micro_batch, plan.data, count};
        const std::uint16_t next = i + 1 < count ? plan.stages[i + 1U].pool : stage.pool;
        details.push_back(costs.detail(sort, {i, next}, stage.layers, stage.recompute));
    }
    return details;
}

}  // namespace atl::plan
