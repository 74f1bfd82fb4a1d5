// SPDX-License-Identifier: Apache-2.0
// The names that rules may use, and their values for one plan.
#include <array>

#include "atoll/plan/rules.hpp"

namespace atl::plan {

namespace {

struct Variable {
    const char* name;
    Axis axis;
    double (*of_plan)(const Strategy& strategy);
};

constexpr std::array of_plans{
    Variable{"tensor_parallel", Axis::tensor, [](const Strategy& s) -> double { return s.tensor; }},
    Variable{"pipeline_parallel", Axis::pipeline, [](const Strategy& s) -> double { return s.pipeline; }},
    Variable{"data_parallel", Axis::data, [](const Strategy& s) -> double { return s.data; }},
    Variable{"context_parallel", Axis::context, [](const Strategy& s) -> double { return s.context; }},
    Variable{"expert_parallel", Axis::expert, [](const Strategy& s) -> double { return s.expert; }},
    Variable{"virtual_pipeline", Axis::virtual_stages, [](const Strategy& s) -> double { return s.virtual_stages; }},
    Variable{"micro_batch", Axis::micro_batch, [](const Strategy& s) -> double { return s.micro_batch; }},
    Variable{"schedule", Axis::schedule, [](const Strategy& s) { return static_cast<double>(s.schedule); }},
    Variable{"recompute", Axis::recompute, [](const Strategy& s) { return static_cast<double>(s.recompute); }},
    Variable{"recompute_method", Axis::recompute_method,
             [](const Strategy& s) { return static_cast<double>(s.recompute_method); }},
    Variable{"recompute_layers", Axis::recompute_layers,
             [](const Strategy& s) -> double { return s.recompute_layers; }},
    Variable{"precision", Axis::precision, [](const Strategy& s) { return static_cast<double>(s.precision); }},
    Variable{"zero_stage", Axis::zero_stage, [](const Strategy& s) -> double { return s.zero_stage; }},
    Variable{"distributed_optimizer", Axis::zero_stage,
             [](const Strategy& s) -> double { return s.distributed_optimizer() ? 1 : 0; }},
    Variable{"sequence_parallel", Axis::sequence_parallel,
             [](const Strategy& s) -> double { return s.sequence_parallel ? 1 : 0; }},
    Variable{"overlap_gradient_reduce", Axis::overlap_gradient_reduce,
             [](const Strategy& s) -> double { return s.overlap_gradient_reduce ? 1 : 0; }},
    Variable{"overlap_parameter_gather", Axis::overlap_parameter_gather,
             [](const Strategy& s) -> double { return s.overlap_parameter_gather ? 1 : 0; }},
    Variable{"overlap_p2p", Axis::overlap_p2p, [](const Strategy& s) -> double { return s.overlap_p2p ? 1 : 0; }},
    Variable{"overlap_tensor_parallel", Axis::overlap_tensor_parallel,
             [](const Strategy& s) -> double { return s.overlap_tensor_parallel ? 1 : 0; }},
    Variable{"flash_attention", Axis::flash_attention,
             [](const Strategy& s) -> double { return s.flash_attention ? 1 : 0; }},
    Variable{"offload_optimizer", Axis::offload_optimizer,
             [](const Strategy& s) -> double { return s.offload_optimizer ? 1 : 0; }},
};

constexpr std::array of_jobs{"micro_batches", "gpus",    "gpus_per_node", "layers",     "hidden",      "heads",
                             "kv_heads",      "experts", "sequence",      "vocabulary", "global_batch"};

static_assert(of_plans.size() + of_jobs.size() <= RuleVariables::count);

}  // namespace

const std::vector<std::string>& RuleVariables::names() {
    static const std::vector<std::string> all = [] {
        std::vector<std::string> names;
        names.reserve(of_plans.size() + of_jobs.size());
        for (const Variable& variable : of_plans) names.emplace_back(variable.name);
        names.insert(names.end(), of_jobs.begin(), of_jobs.end());
        return names;
    }();
    return all;
}

AxisSet RuleVariables::axes(std::size_t variable) {
    if (variable < of_plans.size()) return {of_plans.at(variable).axis};
    if (variable == of_plans.size()) return {Axis::data, Axis::micro_batch};  // micro_batches
    return {};
}

RuleVariables::RuleVariables(const Transformer& model, const Cluster& cluster, const Workload& workload)
    : workload_(workload) {
    const std::array<double, of_jobs.size()> jobs{0,
                                                  static_cast<double>(cluster.gpus),
                                                  static_cast<double>(cluster.gpus_per_node),
                                                  static_cast<double>(model.layers),
                                                  static_cast<double>(model.hidden),
                                                  static_cast<double>(model.heads),
                                                  static_cast<double>(model.kv_heads),
                                                  static_cast<double>(model.experts),
                                                  static_cast<double>(workload.sequence),
                                                  static_cast<double>(model.vocabulary),
                                                  static_cast<double>(workload.global_batch)};
    for (std::size_t i = 0; i < jobs.size(); ++i) values_[of_plans.size() + i] = jobs[i];
}

void RuleVariables::set(const Strategy& strategy) {
    for (std::size_t i = 0; i < of_plans.size(); ++i) values_[i] = of_plans[i].of_plan(strategy);
    values_[of_plans.size()] = micro_batches(strategy, workload_);
}

}  // namespace atl::plan
