// SPDX-License-Identifier: Apache-2.0
// What is kept of a search for plans: rows of the archive.
#include <fmt/format.h>

#include "plan_search.hpp"

namespace atl::app {

namespace {

using plan::Strategy;

std::string recompute_text(const Strategy& strategy) {
    if (strategy.recompute != plan::Recompute::full) return to_string(strategy.recompute);
    return fmt::format("full-{}-{}", to_string(strategy.recompute_method), strategy.recompute_layers);
}

std::string switches_text(const Strategy& strategy) {
    std::string text;
    const auto add = [&text](bool on, const char* name) {
        if (on) text.append(text.empty() ? "" : " ").append(name);
    };
    add(strategy.sequence_parallel, "sequence_parallel");
    add(strategy.overlap_gradient_reduce, "overlap_gradient_reduce");
    add(strategy.overlap_parameter_gather, "overlap_parameter_gather");
    add(strategy.overlap_p2p, "overlap_p2p");
    add(strategy.overlap_tensor_parallel, "overlap_tensor_parallel");
    add(strategy.flash_attention, "flash_attention");
    add(strategy.offload_optimizer, "offload_optimizer");
    add(strategy.precision == plan::Precision::fp8, "fp8");
    return text;
}

}  // namespace

std::vector<PlanRecord> plan_records(const PlanFindings& findings) {
    std::vector<PlanRecord> records;
    for (const KeptPlan& kept : findings.plans) {
        const Strategy& strategy = kept.strategy;
        PlanRecord record;
        record.place = static_cast<std::uint32_t>(records.size() + 1);
        record.strategy = describe(strategy);
        record.tensor = strategy.tensor;
        record.pipeline = strategy.pipeline;
        record.data = strategy.data;
        record.context = strategy.context;
        record.expert = strategy.expert;
        record.virtual_stages = strategy.virtual_stages;
        record.micro_batch = strategy.micro_batch;
        record.schedule = to_string(strategy.schedule);
        record.recompute = recompute_text(strategy);
        record.zero_stage = strategy.zero_stage;
        record.switches = switches_text(strategy);
        record.iteration_seconds = kept.seconds;
        record.tokens_per_second = kept.tokens_per_second;
        record.peak_gib = kept.peak_gib;
        record.out_of_memory_probability = kept.out_of_memory_probability;
        records.push_back(std::move(record));
    }
    return records;
}

std::vector<PlanCountRecord> plan_count_records(const PlanFindings& findings) {
    const plan::Certificate& certificate = findings.result.certificate;
    std::vector<PlanCountRecord> records;
    for (std::size_t rule = 0; rule < certificate.dropped_by_rule.size(); ++rule) {
        if (certificate.dropped_by_rule[rule] == 0) continue;
        records.push_back({"dropped by rule", findings.result.rule_names[rule], certificate.dropped_by_rule[rule]});
    }
    records.push_back({"dropped by memory", "", certificate.dropped_by_memory});
    records.push_back({"bounded", "group of equal sizes", certificate.pruned_by_group_bound});
    records.push_back({"bounded", "equal sizes and switches", certificate.pruned_by_switch_bound});
    records.push_back({"simulated", "", certificate.simulated});
    return records;
}

}  // namespace atl::app
