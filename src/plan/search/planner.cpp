// SPDX-License-Identifier: Apache-2.0
// Adapters between the models and the search.
#include "atoll/plan/planner.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace atl::plan {
namespace {

struct NamedAxes {
    std::string_view name;
    AxisSet axes;
};

/// What a rule may read; a cluster's, model's and workload's values depend on no axis.
const std::vector<NamedAxes>& known_variables() {
    static const std::vector<NamedAxes> table{
        {"tensor", {Axis::tensor}},
        {"tensor_parallel", {Axis::tensor}},
        {"tp", {Axis::tensor}},
        {"pipeline", {Axis::pipeline}},
        {"pipeline_parallel", {Axis::pipeline}},
        {"pp", {Axis::pipeline}},
        {"context", {Axis::context}},
        {"context_parallel", {Axis::context}},
        {"cp", {Axis::context}},
        {"data", {Axis::data}},
        {"data_parallel", {Axis::data}},
        {"dp", {Axis::data}},
        {"expert", {Axis::expert}},
        {"expert_parallel", {Axis::expert}},
        {"ep", {Axis::expert}},
        {"schedule", {Axis::schedule}},
        {"virtual_stages", {Axis::virtual_stages}},
        {"virtual_pipeline", {Axis::virtual_stages}},
        {"vpp", {Axis::virtual_stages}},
        {"micro_batch", {Axis::micro_batch}},
        {"mbs", {Axis::micro_batch}},
        {"micro_batches", {Axis::data, Axis::micro_batch}},
        {"recompute", {Axis::recompute}},
        {"recompute_method", {Axis::recompute_method}},
        {"recompute_layers", {Axis::recompute_layers}},
        {"precision", {Axis::precision}},
        {"zero_stage", {Axis::zero_stage}},
        {"distributed_optimizer", {Axis::zero_stage}},
        {"sequence_parallel", {Axis::sequence_parallel}},
        {"sp", {Axis::sequence_parallel}},
        {"overlap_gradient_reduce", {Axis::overlap_gradient_reduce}},
        {"overlap_parameter_gather", {Axis::overlap_parameter_gather}},
        {"overlap_p2p", {Axis::overlap_p2p}},
        {"overlap_tensor_parallel", {Axis::overlap_tensor_parallel}},
        {"flash_attention", {Axis::flash_attention}},
        {"offload_optimizer", {Axis::offload_optimizer}},
        {"gpus", {}},
        {"gpus_per_node", {}},
        {"layers", {}},
        {"hidden", {}},
        {"heads", {}},
        {"kv_heads", {}},
        {"ffn", {}},
        {"experts", {}},
        {"sequence", {}},
        {"global_batch", {}},
        {"vocabulary", {}},
    };
    return table;
}

enum BuiltIn : std::size_t { whole_micro_batches, whole_heads, known_precision };
constexpr std::array<std::string_view, 3> built_in_names{"global batch no multiple of data x micro-batch",
                                                         "tensor does not divide the heads", "the GPU has no fp8"};

}  // namespace

SearchSubject subject_of(const Transformer& model, const Cluster& cluster) {
    return {cluster.gpus, model.layers, model.experts};
}

AxisSet axes_of_variable(std::string_view name) {
    const auto& table = known_variables();
    const auto found =
        std::find_if(table.begin(), table.end(), [&](const NamedAxes& known) { return known.name == name; });
    return found == table.end() ? AxisSet::all() : found->axes;
}

FilterRules::FilterRules(const RuleFilter& filter, const Transformer& model, const Cluster& cluster,
                         const Workload& workload)
    : filter_(filter),
      variables_(model, cluster, workload),
      workload_(workload),
      heads_(model.heads),
      has_fp8_(cluster.gpu.fp8_tflops > 0) {
    variables_.set(set_);
    for (std::size_t rule = 0; rule < filter.rules().size(); ++rule) {
        AxisSet axes;
        for (const std::uint32_t variable : filter.reads(rule)) {
            axes = axes | axes_of_variable(RuleVariables::names().at(variable));
        }
        reads_.push_back(axes);
    }
    reads_.push_back({Axis::data, Axis::micro_batch});
    reads_.push_back({Axis::tensor});
    reads_.push_back({Axis::precision});
}

std::string FilterRules::name(std::size_t rule) const {
    const auto& rules = filter_.rules();
    return rule < rules.size() ? rules[rule].name : std::string(built_in_names.at(rule - rules.size()));
}

bool FilterRules::drops(std::size_t rule, const Strategy& strategy) {
    const std::size_t written = filter_.rules().size();
    if (rule < written) {
        if (strategy != set_) {
            set_ = strategy;
            variables_.set(strategy);
        }
        return filter_.drops(rule, variables_);
    }
    switch (rule - written) {
        case whole_micro_batches:
            return micro_batches(strategy, workload_) == 0;
        case whole_heads:
            return heads_ % strategy.tensor != 0;
        default:
            return strategy.precision == Precision::fp8 && !has_fp8_;
    }
}

double ModelCost::seconds_lower_bound(const Strategy& strategy) {
    Strategy without = strategy;
    without.recompute = Recompute::none;
    without.recompute_method = RecomputeMethod::uniform;
    without.recompute_layers = 0;
    return time_.seconds(without);
}

AxisSet ModelCost::memory_reads() const {
    return {Axis::precision,
            Axis::zero_stage,
            Axis::sequence_parallel,
            Axis::overlap_gradient_reduce,
            Axis::overlap_parameter_gather,
            Axis::flash_attention,
            Axis::offload_optimizer};
}

double memory_limit_gib(const MemoryModel& memory, const Gpu& gpu, double probability) {
    const auto fits = [&](double peak) {
        return memory.out_of_memory_probability(peak, gpu.memory_gib) <= probability;
    };
    double low = 0;
    double high = gpu.memory_gib;
    if (fits(high)) return high;
    for (int step = 0; step < 60; ++step) {  // the probability grows with the peak
        const double middle = (low + high) / 2;
        (fits(middle) ? low : high) = middle;
    }
    return low;
}

}  // namespace atl::plan
