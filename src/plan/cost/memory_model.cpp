// SPDX-License-Identifier: Apache-2.0
// Memory of one GPU of each stage (Korthikanti et al. 2022; Megatron-LM's theoretical memory report for weights).
#include "atoll/plan/memory_model.hpp"

#include <algorithm>
#include <cmath>

namespace atl::plan {

namespace {

constexpr double gib = 1024.0 * 1024.0 * 1024.0;

}  // namespace

MemoryModel::MemoryModel(const Transformer& model, const Cluster& cluster, const Workload& workload,
                         const MemoryParameters& parameters)
    : model_(model), cluster_(cluster), workload_(workload), parameters_(parameters), layer_(layer_parameters(model)) {
    const double hidden = model.hidden;
    const double heads = static_cast<double>(model.heads) * (model.head_dim + model.rope_head_dim);
    const double kv = 2.0 * model.kv_heads * model.head_dim;
    // two norms' inputs, the inputs of both blocks; the masks of dropout in models that have it
    const double whole = 8 * hidden + (model.gated_ffn ? 0 : 2 * hidden);
    const double attention = 2 * heads + 2 * kv + 2 * heads;
    const double per_ffn = model.gated_ffn ? 6 : 4;  // gate, up and their product; or both sides of GELU
    dense_bytes_ = {.whole = whole,
                    .cut = attention + per_ffn * model.ffn,
                    .scores = 5.0 * model.heads * workload.sequence,
                    .boundary = 2 * hidden};
    expert_bytes_ = dense_bytes_;
    expert_bytes_.cut = attention + per_ffn * (model.shared_expert_ffn +
                                               static_cast<double>(model.experts_per_token) * model.expert_ffn);
    // tokens laid out for their experts, before and after
    expert_bytes_.whole = whole + 4.0 * model.experts_per_token * hidden;
}

/// Micro-batches, in those of a whole stage, that a stage has begun and not ended at its fullest.
double MemoryModel::kept_micro_batches(const Strategy& strategy, std::uint32_t index) const {
    const double all = std::max(1U, micro_batches(strategy, workload_));
    if (strategy.schedule == Schedule::gpipe) return all;
    double kept = strategy.pipeline - index;
    if (strategy.schedule == Schedule::interleaved) kept += (strategy.pipeline - 1.0) / strategy.virtual_stages;
    return std::min(all, kept);
}

StageMemory MemoryModel::stage(const Strategy& strategy, std::uint32_t index) const {
    const double stages = strategy.pipeline;
    const double layers = std::ceil(model_.layers / stages);
    const double first = std::min<double>(model_.layers, index * layers);
    const double here = std::min(layers, model_.layers - first);
    double dense_layers = here;
    if (model_.mixture_of_experts()) dense_layers = std::clamp<double>(model_.dense_layers - first, 0, here);
    const double expert_layers = here - dense_layers;
    const bool is_first = index == 0;
    const bool is_last = index + 1 == strategy.pipeline;

    const double tensor = strategy.tensor;
    const double table = static_cast<double>(model_.vocabulary) * model_.hidden / tensor;
    const double tables = (is_first ? 1 : 0) + (is_last && !(is_first && model_.tied_embeddings) ? 1 : 0);
    const double dense = (here * layer_.attention + dense_layers * layer_.dense_ffn +
                          expert_layers * (layer_.shared_experts + layer_.router)) /
                             tensor +
                         here * layer_.norms + tables * table;
    const double experts = expert_layers * model_.experts * layer_.expert / tensor / strategy.expert;
    const double replicas = static_cast<double>(strategy.data) * strategy.context;
    const double expert_replicas = std::max(1.0, replicas / strategy.expert);
    const auto bytes_of = [&](double bytes, bool is_sharded) {
        return bytes * (is_sharded ? dense / replicas + experts / expert_replicas : dense + experts) / gib;
    };
    StageMemory memory;
    memory.weights =
        bytes_of(parameters_.weight_bytes + (strategy.precision == Precision::fp8 ? 1 : 0), strategy.zero_stage >= 3);
    memory.gradients = bytes_of(parameters_.gradient_bytes, strategy.zero_stage >= 2);
    memory.optimizer = strategy.offload_optimizer ? 0 : bytes_of(parameters_.optimizer_bytes, strategy.zero_stage >= 1);

    const double tokens = static_cast<double>(strategy.micro_batch) * workload_.sequence / strategy.context;
    const double whole_cut = strategy.sequence_parallel ? tensor : 1;
    const bool keeps_scores = !strategy.flash_attention && strategy.recompute != Recompute::selective;
    const auto of_layer = [&](const LayerBytes& bytes) {
        return tokens * (bytes.whole / whole_cut + (bytes.cut + (keeps_scores ? bytes.scores : 0)) / tensor);
    };
    const double dense_layer = of_layer(dense_bytes_);
    const double expert_layer = of_layer(expert_bytes_);
    const double boundary = tokens * dense_bytes_.boundary / whole_cut;
    const double everything = dense_layers * dense_layer + expert_layers * expert_layer;
    const double largest = expert_layers > 0 ? std::max(expert_layer, dense_layers > 0 ? dense_layer : 0) : dense_layer;
    double kept = everything;
    double working = 0;  // of one group of layers that is computed again
    if (strategy.recompute == Recompute::full) {
        const double asked = std::max<double>(1, strategy.recompute_layers);
        if (strategy.recompute_method == RecomputeMethod::block) {
            const double again = std::min(here, asked);
            kept = again * boundary + (1 - again / here) * everything;
            working = largest;
        } else {
            kept = std::ceil(here / asked) * boundary;
            working = std::min(here, asked) * largest;
        }
    }
    memory.activations = parameters_.activation_factor * (kept_micro_batches(strategy, index) * kept + working) / gib;
    double workspace = is_last ? tokens * model_.vocabulary / tensor * 6 : 0;  // logits in bf16 and fp32
    if (strategy.zero_stage >= 3) {
        const double one = (layer_.attention + std::max(layer_.dense_ffn * (dense_layers > 0 ? 1 : 0),
                                                        expert_layers > 0 ? layer_.shared_experts : 0)) /
                           tensor;
        workspace += 2 * parameters_.weight_bytes * (one + (expert_layers > 0 ? experts / expert_layers : 0));
    }
    memory.workspace = workspace / gib;
    int communicators = 0;
    for (const bool is_there :
         {strategy.tensor > 1, strategy.pipeline > 1, strategy.data > 1, strategy.context > 1, strategy.expert > 1}) {
        communicators += is_there ? 1 : 0;
    }
    memory.runtime = parameters_.runtime_gib + communicators * parameters_.communicator_gib;
    memory.fragmentation = parameters_.fragmentation * (memory.activations + memory.workspace);
    return memory;
}

double MemoryModel::peak_gib(const Strategy& strategy) const {
    // Between the ends stages hold the same weights and later ones fewer micro-batches, but for the stages in which
    // dense layers give way to those with experts.
    const std::uint32_t last = strategy.pipeline - 1U;
    double peak = std::max(stage(strategy, 0).total(), stage(strategy, last).total());
    std::uint32_t upright = 1;
    if (model_.mixture_of_experts() && model_.dense_layers > 0) {
        const std::uint32_t layers = (model_.layers + last) / strategy.pipeline;
        upright = model_.dense_layers / layers + 1;
    }
    for (std::uint32_t index = 1; index <= upright && index < last; ++index) {
        peak = std::max(peak, stage(strategy, index).total());
    }
    return peak;
}

std::vector<StageMemory> MemoryModel::stages(const Strategy& strategy) const {
    std::vector<StageMemory> all;
    for (std::uint32_t index = 0; index < strategy.pipeline; ++index) all.push_back(stage(strategy, index));
    return all;
}

double MemoryModel::out_of_memory_probability(double peak_gib, double capacity_gib) const {
    const double distance = std::log(peak_gib / capacity_gib) / parameters_.log_error;
    return 0.5 * std::erfc(-distance / std::sqrt(2.0));
}

}  // namespace atl::plan
