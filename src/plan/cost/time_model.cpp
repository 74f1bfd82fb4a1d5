// SPDX-License-Identifier: Apache-2.0
// Terms of a strategy: layers out of dense tables, the rest by arithmetic.
#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <optional>
#include <vector>

#include "atoll/plan/cost_model.hpp"
#include "plan/cost/layer_cost.hpp"

namespace atl::plan {

namespace {

constexpr double bytes_of_gradient = 4;  ///< reduced in fp32
constexpr double bytes_of_weight = 2;

/// Small numbers for the values of an axis, in the order in which they are met.
class AxisIndex {
public:
    static constexpr std::size_t room = 16;
    /// nothing when there is no room left
    std::optional<std::size_t> of(std::uint32_t value) {
        for (std::size_t i = 0; i < used_; ++i) {
            if (values_.at(i) == value) return i;
        }
        if (used_ == room) return std::nullopt;
        values_.at(used_) = value;
        return used_++;
    }

private:
    std::array<std::uint32_t, room> values_{};
    std::size_t used_ = 0;
};

constexpr std::size_t switch_count = 16;
std::size_t switches_of(const Strategy& strategy) {
    return (strategy.sequence_parallel ? 1U : 0U) | (strategy.overlap_tensor_parallel ? 2U : 0U) |
           (strategy.flash_attention ? 4U : 0U) | (strategy.precision == Precision::fp8 ? 8U : 0U);
}

struct KnownCost {
    LayerCost cost;
    bool known = false;
};

}  // namespace

struct TimeModel::Tables {
    Tables(const Transformer& the_model, const Cluster& the_cluster, const Workload& the_workload,
           OperatorTimes& operators, const CostParameters& the_parameters)
        : model(the_model),
          cluster(the_cluster),
          workload(the_workload),
          parameters(the_parameters),
          layers(model, cluster, workload, operators, parameters),
          blocks(AxisIndex::room * AxisIndex::room) {
        const LayerParameters one = layer_parameters(model);
        const double dense_layers = model.mixture_of_experts() ? model.dense_layers : model.layers;
        const double expert_layers = model.layers - dense_layers;
        dense_weights = model.layers * (one.attention + one.norms) + dense_layers * one.dense_ffn +
                        expert_layers * (one.shared_experts + one.router);
        expert_weights = expert_layers * model.experts * one.expert;
        embedding_weights = static_cast<double>(model.vocabulary) * model.hidden;
        // one buffer of gradients is far beyond the sizes at which latency counts
        constexpr double large_bytes = 512e6;
        for (std::uint32_t ranks = 2; ranks <= cluster.gpus_per_node; ranks *= 2) {
            bus_seconds_per_byte.push_back(operators.collective_seconds(Collective::all_reduce, ranks, large_bytes) /
                                           large_bytes / 2);
        }
    }

    LayerCost layer(const Strategy& strategy) {
        const auto t = tensor.of(strategy.tensor);
        const auto c = context.of(strategy.context);
        const auto e = expert.of(strategy.expert);
        const auto m = micro_batch.of(strategy.micro_batch);
        if (!t || !c || !e || !m) return layers.cost(strategy);
        auto& blocks_of = blocks[*t * AxisIndex::room + *c];
        if (!blocks_of) blocks_of = std::make_unique<Blocks>();
        auto& block = (*blocks_of)[*e * AxisIndex::room + *m];
        if (!block) block = std::make_unique<std::array<KnownCost, switch_count>>();
        KnownCost& found = (*block)[switches_of(strategy)];
        if (!found.known) found = {layers.cost(strategy), true};
        return found.cost;
    }

    /// Seconds for one pass (gathering or scattering) of `bytes` over `ranks` that lie `stride` GPUs apart.
    double pass_seconds(double bytes, double ranks, double stride) const {
        if (ranks <= 1) return 0;
        const double in_node = std::clamp(cluster.gpus_per_node / stride, 1.0, ranks);
        double seconds = 0;
        if (in_node >= 2 && !bus_seconds_per_byte.empty()) {
            const auto level = std::min(static_cast<std::size_t>(std::log2(in_node)), bus_seconds_per_byte.size());
            seconds = bytes * bus_seconds_per_byte[level - 1];
        }
        if (in_node < ranks) {
            const double nodes = ranks / in_node;
            const double fabric = 1e9 * cluster.inter_node_gb_per_second * parameters.inter_node_efficiency * in_node;
            seconds = std::max(seconds, (nodes - 1) / nodes * bytes / fabric);
        }
        return parameters.data_traffic * seconds;
    }

    Transformer model;
    Cluster cluster;
    Workload workload;
    CostParameters parameters;
    LayerModel layers;
    AxisIndex tensor;
    AxisIndex context;
    AxisIndex expert;
    AxisIndex micro_batch;
    using Blocks = std::array<std::unique_ptr<std::array<KnownCost, switch_count>>, AxisIndex::room * AxisIndex::room>;
    std::vector<std::unique_ptr<Blocks>> blocks;  ///< by tensor and context, then by expert and micro-batch
    double dense_weights = 0;
    double expert_weights = 0;
    double embedding_weights = 0;
    std::vector<double> bus_seconds_per_byte;  ///< of one pass over 2, 4, 8, ... GPUs of a node
};

TimeModel::TimeModel(const Transformer& model, const Cluster& cluster, const Workload& workload,
                     OperatorTimes& operators, const CostParameters& parameters)
    : tables_(std::make_unique<Tables>(model, cluster, workload, operators, parameters)) {}
TimeModel::~TimeModel() = default;
TimeModel::TimeModel(TimeModel&&) noexcept = default;
TimeModel& TimeModel::operator=(TimeModel&&) noexcept = default;

CostTerms TimeModel::terms(const Strategy& strategy) {
    Tables& tables = *tables_;
    const CostParameters& parameters = tables.parameters;
    const LayerCost layer = tables.layer(strategy);
    const double micro = micro_batches(strategy, tables.workload);
    const double stage_layers = std::ceil(static_cast<double>(tables.model.layers) / strategy.pipeline);
    CostTerms terms;
    terms.layer_forward = layer.forward;
    terms.layer_backward = layer.backward;
    if (strategy.recompute == Recompute::selective) {
        terms.layer_recompute = layer.attention_forward;
    } else if (strategy.recompute == Recompute::full) {
        const double again = strategy.recompute_method == RecomputeMethod::block
                                 ? std::min(1.0, strategy.recompute_layers / stage_layers)
                                 : 1.0;
        terms.layer_recompute = again * layer.forward;
    }
    terms.embedding = layer.embedding;
    terms.head = layer.head;
    terms.micro_batch_overhead = parameters.micro_batch_seconds;

    const double stride = static_cast<double>(strategy.tensor) * strategy.context * strategy.data;
    if (strategy.pipeline > 1) {
        const double bytes = bytes_of_weight * strategy.micro_batch * tables.workload.sequence * tables.model.hidden /
                             strategy.context / (strategy.sequence_parallel ? strategy.tensor : 1);
        const bool leaves_node = stride >= tables.cluster.gpus_per_node;
        const double bandwidth =
            1e9 * (leaves_node ? tables.cluster.inter_node_gb_per_second * parameters.inter_node_efficiency
                               : tables.cluster.gpu.scale_up_gb_per_second);
        terms.p2p = 2 * parameters.p2p_in_sight * (strategy.overlap_p2p ? 0.5 : 1) * bytes / bandwidth;
    }

    // weights of the fullest rank, and what its replicas exchange
    const double dense = (tables.dense_weights / strategy.pipeline + tables.embedding_weights) / strategy.tensor;
    const double experts = tables.expert_weights / strategy.pipeline / strategy.tensor / strategy.expert;
    const double replicas = static_cast<double>(strategy.data) * strategy.context;
    const double expert_replicas = std::max(1.0, replicas / strategy.expert);
    const auto one_pass = [&](double bytes_of_one) {
        return tables.pass_seconds(bytes_of_one * dense, replicas, strategy.tensor) +
               tables.pass_seconds(bytes_of_one * experts, expert_replicas,
                                   static_cast<double>(strategy.tensor) * strategy.expert);
    };
    // what runs beside the traffic; overlapping slows the shorter side down, and one bucket always stays in sight
    const double backward = stage_layers * layer.backward * micro;
    const double forward = stage_layers * layer.forward * micro;
    const auto in_sight = [&](double traffic, double beside, bool overlaps) {
        if (!overlaps) return traffic;
        return std::max(traffic - beside, traffic / std::max(1.0, stage_layers)) +
               parameters.overlap_slowdown * std::min(traffic, beside);
    };
    if (strategy.zero_stage >= 3) {
        // weights are gathered for both passes of every micro-batch, gradients scattered after each
        terms.parameter_gather =
            in_sight(2 * micro * one_pass(bytes_of_weight), forward + backward, strategy.overlap_parameter_gather);
        terms.gradient_sync = in_sight(micro * one_pass(bytes_of_weight), backward, strategy.overlap_gradient_reduce);
    } else if (strategy.zero_stage >= 1) {
        terms.gradient_sync = in_sight(one_pass(bytes_of_gradient), backward / micro, strategy.overlap_gradient_reduce);
        terms.parameter_gather =
            in_sight(one_pass(bytes_of_weight), forward / micro, strategy.overlap_parameter_gather);
    } else {
        terms.gradient_sync =
            in_sight(2 * one_pass(bytes_of_gradient), backward / micro, strategy.overlap_gradient_reduce);
    }
    const double owned =
        strategy.distributed_optimizer() ? dense / replicas + experts / expert_replicas : dense + experts;
    const double memory = 1e9 * tables.cluster.gpu.memory_gb_per_second;
    terms.optimizer =
        parameters.optimizer_bytes * owned /
        (strategy.offload_optimizer ? std::min(memory, 1e9 * tables.cluster.gpu.pcie_gb_per_second) : memory);
    const double doublings = std::log2(std::max(1.0, tables.cluster.gpus / 8.0));
    terms.slowdown = parameters.scale * (1 + parameters.straggler * doublings);
    return terms;
}

double TimeModel::seconds(const Strategy& strategy) {
    return iteration_seconds(terms(strategy), {.micro_batches = micro_batches(strategy, tables_->workload),
                                               .stages = strategy.pipeline,
                                               .virtual_stages = strategy.virtual_stages,
                                               .layers = tables_->model.layers,
                                               .schedule = strategy.schedule});
}

}  // namespace atl::plan
