// SPDX-License-Identifier: Apache-2.0
// One layer: matrix products, attention, memory traffic, collectives, the host's floor.
#include "plan/cost/layer_cost.hpp"

#include <algorithm>
#include <cmath>

namespace atl::plan {

namespace {

constexpr double bytes_of_bf16 = 2;
constexpr double bytes_of_fp32 = 4;

/// The longer of the two, a little more where they are near: (a^6 + b^6)^(1/6).
double longer_of(double left, double right) {
    const double large = std::max(left, right);
    if (large == 0) return 0;
    const double small = std::min(left, right) / large;
    return large * std::pow(1 + std::pow(small, 6), 1.0 / 6);
}

bool is_aligned(double size) { return std::fmod(size, 64) == 0; }

}  // namespace

double LayerModel::tokens(const Strategy& strategy) const {
    return static_cast<double>(strategy.micro_batch) * workload_.sequence / strategy.context;
}

/// Forward, and the two products of the backward pass: for the input and for the weights.
LayerModel::Pass LayerModel::gemm(const Strategy& strategy, double m, double n, double k) {
    const bool fp8 = strategy.precision == Precision::fp8;
    const double factor = parameters_.gemm * (is_aligned(n) && is_aligned(k) ? 1 : parameters_.misaligned_gemm);
    const auto seconds = [&](double rows, double columns, double depth) {
        return factor * operators_.gemm_seconds({.m = rows, .n = columns, .k = depth, .fp8 = fp8});
    };
    return {seconds(m, n, k), seconds(m, k, n) + seconds(n, k, m)};
}

LayerModel::Pass LayerModel::attention(const Strategy& strategy) {
    const double rows = tokens(strategy);
    const double heads = std::max(1.0, static_cast<double>(model_.heads) / strategy.tensor);
    const double kv_heads = std::max(1.0, static_cast<double>(model_.kv_heads) / strategy.tensor);
    const double width = model_.head_dim + model_.rope_head_dim;
    Pass pass;
    const auto add = [&pass](const Pass& more) {
        pass.forward += more.forward;
        pass.backward += more.backward;
    };
    if (model_.kv_rank > 0) {
        const double rank = model_.query_rank > 0 ? model_.query_rank : 0;
        if (rank > 0) add(gemm(strategy, rows, rank, model_.hidden));
        add(gemm(strategy, rows, heads * width, rank > 0 ? rank : model_.hidden));
        add(gemm(strategy, rows, model_.kv_rank + model_.rope_head_dim, model_.hidden));
        add(gemm(strategy, rows, heads * (model_.head_dim + model_.value_head_dim), model_.kv_rank));
        add(gemm(strategy, rows, model_.hidden, heads * model_.value_head_dim));
    } else {
        add(gemm(strategy, rows, (heads + 2 * kv_heads) * model_.head_dim, model_.hidden));
        add(gemm(strategy, rows, model_.hidden, heads * model_.head_dim));
    }
    return pass;
}

LayerModel::Pass LayerModel::dense_ffn(const Strategy& strategy, double width) {
    if (width == 0) return {};
    const double rows = tokens(strategy);
    const double mine = width / strategy.tensor;
    const Pass up = gemm(strategy, rows, mine * (model_.gated_ffn ? 2 : 1), model_.hidden);
    const Pass down = gemm(strategy, rows, model_.hidden, mine);
    return {up.forward + down.forward, up.backward + down.backward};
}

/// Grouped products of the experts here, tokens spread evenly, and the way of the tokens there and back.
LayerModel::Pass LayerModel::experts(const Strategy& strategy) {
    const double rows = tokens(strategy);
    const double here = static_cast<double>(model_.experts) / strategy.expert;
    const double rows_of_one = std::max(1.0, rows * model_.experts_per_token / here);
    const double mine = std::max(1.0, static_cast<double>(model_.expert_ffn) / strategy.tensor);
    const Pass up = gemm(strategy, rows_of_one, mine * (model_.gated_ffn ? 2 : 1), model_.hidden);
    const Pass down = gemm(strategy, rows_of_one, model_.hidden, mine);
    const double sent = bytes_of_bf16 * rows * model_.experts_per_token * model_.hidden /
                        (strategy.sequence_parallel ? strategy.tensor : 1);
    const double travel =
        2 * parameters_.tensor_traffic * collective(Collective::all_to_all, strategy.expert, strategy.tensor, sent);
    const double permuted = 4 * sent / (1e9 * cluster_.gpu.memory_gb_per_second);
    const double extra = travel + parameters_.elementwise * permuted;
    return {here * (up.forward + down.forward) + extra, here * (up.backward + down.backward) + extra};
}

/// Norms, residuals, rotary embedding and activation: bytes moved over the memory's bandwidth.
double LayerModel::elementwise(const Strategy& strategy) const {
    const double cut = strategy.tensor;
    const double whole = strategy.sequence_parallel ? 12.0 * model_.hidden / cut : 12.0 * model_.hidden;
    double ffn = model_.ffn;
    if (model_.mixture_of_experts()) {
        const double dense = static_cast<double>(model_.dense_layers) / model_.layers;
        ffn = dense * model_.ffn + (1 - dense) * (model_.shared_expert_ffn +
                                                  static_cast<double>(model_.experts_per_token) * model_.expert_ffn);
    }
    const double mine = (4.0 * model_.heads * model_.head_dim + (model_.gated_ffn ? 3.0 : 2.0) * ffn) / cut;
    const double bytes = tokens(strategy) * bytes_of_bf16 * (whole + mine);
    return parameters_.elementwise * bytes / (1e9 * cluster_.gpu.memory_gb_per_second);
}

/// Of one pass of one layer: two all-reduces, or as many bytes gathered and scattered with sequence parallelism
/// (Korthikanti et al. 2022, section 4.2.2), and the keys and values that travel around a context-parallel ring.
double LayerModel::tensor_traffic(const Strategy& strategy) {
    double seconds = 0;
    const double bytes = bytes_of_bf16 * tokens(strategy) * model_.hidden;
    if (strategy.tensor > 1) {
        const double one = strategy.sequence_parallel
                               ? collective(Collective::all_gather, strategy.tensor, 1, bytes) +
                                     collective(Collective::reduce_scatter, strategy.tensor, 1, bytes)
                               : collective(Collective::all_reduce, strategy.tensor, 1, bytes);
        const double in_sight = strategy.overlap_tensor_parallel ? parameters_.tensor_overlap_in_sight : 1;
        seconds += in_sight * 2 * one;
    }
    if (strategy.context > 1) {
        const double keys_and_values = 2.0 * bytes_of_bf16 * tokens(strategy) * strategy.context * model_.kv_heads *
                                       model_.head_dim / strategy.tensor;
        // half of the ring is hidden behind the blocks of attention that are ready
        seconds += 0.5 * collective(Collective::all_gather, strategy.context, strategy.tensor, keys_and_values);
    }
    return parameters_.tensor_traffic * seconds;
}

double LayerModel::collective(Collective kind, std::uint32_t ranks, std::uint32_t stride, double bytes) {
    if (ranks <= 1) return 0;
    const std::uint32_t in_node =
        std::clamp<std::uint32_t>(cluster_.gpus_per_node / std::max<std::uint32_t>(1, stride), 1, ranks);
    const double inside = in_node > 1 ? operators_.collective_seconds(kind, in_node, bytes) : 0;
    if (in_node >= ranks) return inside;
    const double nodes = std::ceil(static_cast<double>(ranks) / in_node);
    const double passes = kind == Collective::all_reduce ? 2 : 1;
    const double fabric = 1e9 * cluster_.inter_node_gb_per_second * parameters_.inter_node_efficiency;
    if (kind == Collective::all_to_all) return inside + bytes * (1 - in_node / static_cast<double>(ranks)) / fabric;
    // every GPU of the group has its own way out of the node
    const double between = passes * (nodes - 1) / nodes * bytes / (fabric * in_node);
    return std::max(inside, between);
}

LayerCost LayerModel::cost(const Strategy& strategy) {
    const double heads = std::max(1.0, static_cast<double>(model_.heads) / strategy.tensor);
    const double kv_heads = std::max(1.0, static_cast<double>(model_.kv_heads) / strategy.tensor);
    const double head_dim = model_.head_dim + model_.rope_head_dim;
    const double misaligned = std::fmod(head_dim, 8) == 0 ? 1 : parameters_.misaligned_head;
    double kernel = misaligned * parameters_.attention_forward / strategy.context *
                    operators_.attention_forward_seconds({.batch = static_cast<double>(strategy.micro_batch),
                                                          .sequence = static_cast<double>(workload_.sequence),
                                                          .heads = heads,
                                                          .kv_heads = kv_heads,
                                                          .head_dim = head_dim});
    if (!strategy.flash_attention) {
        // the whole matrix of scores is written and read: 13 bytes an element
        const double elements =
            strategy.micro_batch * heads * std::pow(static_cast<double>(workload_.sequence), 2) / strategy.context;
        kernel += 13 * elements / (1e9 * cluster_.gpu.memory_gb_per_second);
    }
    const Pass attention_products = attention(strategy);
    const double dense_share =
        model_.mixture_of_experts() ? static_cast<double>(model_.dense_layers) / model_.layers : 1;
    const Pass dense = dense_ffn(strategy, dense_share > 0 ? model_.ffn : 0);
    Pass sparse;
    if (dense_share < 1) {
        const Pass shared = dense_ffn(strategy, model_.shared_expert_ffn);
        const Pass routed = experts(strategy);
        sparse = {shared.forward + routed.forward, shared.backward + routed.backward};
    }
    const double moved = elementwise(strategy);
    const double traffic = tensor_traffic(strategy);
    const double forward = attention_products.forward + kernel + dense_share * dense.forward +
                           (1 - dense_share) * sparse.forward + moved + traffic;
    const double backward = attention_products.backward + parameters_.attention_backward * kernel +
                            dense_share * dense.backward + (1 - dense_share) * sparse.backward + 1.7 * moved + traffic;
    const double floor = parameters_.host_forward_seconds + (strategy.tensor > 1 ? parameters_.host_tensor_seconds : 0);
    LayerCost cost;
    cost.forward = longer_of(forward, floor);
    cost.backward = longer_of(backward, parameters_.host_backward * floor);
    cost.attention_forward = kernel;
    const double rows = tokens(strategy);
    Strategy plain = strategy;
    plain.precision = Precision::bf16;
    const Pass logits = gemm(plain, rows, static_cast<double>(model_.vocabulary) / strategy.tensor, model_.hidden);
    const double scores = rows * model_.vocabulary / strategy.tensor;
    cost.head = parameters_.head * (logits.forward + logits.backward +
                                    3 * bytes_of_fp32 * scores / (1e9 * cluster_.gpu.memory_gb_per_second));
    cost.embedding = 4 * bytes_of_bf16 * rows * model_.hidden / (1e9 * cluster_.gpu.memory_gb_per_second);
    return cost;
}

}  // namespace atl::plan
