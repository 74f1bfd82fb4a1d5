// SPDX-License-Identifier: Apache-2.0
// A search for plans as people and programs read it.
#include <fmt/format.h>

#include <array>
#include <ostream>

#include "atoll/core/json.hpp"
#include "atoll/report/numbers.hpp"
#include "atoll/report/table.hpp"
#include "plan_search.hpp"

namespace atl::app {

namespace {

using report::Align;
using report::count_number;
using report::short_number;

struct MemoryColumn {
    const char* name;
    const char* key;
    double plan::StageMemory::*gib;
};
constexpr std::array<MemoryColumn, 7> memory_columns{
    {{"weights", "weights_gib", &plan::StageMemory::weights},
     {"gradients", "gradients_gib", &plan::StageMemory::gradients},
     {"optimizer", "optimizer_gib", &plan::StageMemory::optimizer},
     {"activations", "activations_gib", &plan::StageMemory::activations},
     {"workspace", "workspace_gib", &plan::StageMemory::workspace},
     {"runtime", "runtime_gib", &plan::StageMemory::runtime},
     {"fragmentation", "fragmentation_gib", &plan::StageMemory::fragmentation}}};

void print_subject(const PlanJob& job, const PlanFindings& findings, std::ostream& out) {
    out << fmt::format("{} on {} {} ({} a node, {} GB/s between nodes), sequences of {} tokens, {} in a batch\n",
                       job.model.name, job.cluster.gpus, job.cluster.gpu.name, job.cluster.gpus_per_node,
                       short_number(job.cluster.inter_node_gb_per_second), count_number(job.workload.sequence),
                       count_number(job.workload.global_batch));
    out << "operator times  " << findings.operators << "\n"
        << fmt::format("seconds are predicted, by constants fitted to {} measured runs; 90 % interval: x/ {}{}\n",
                       count_number(job.runs_fitted), short_number(1 + job.interval_half_width, 3),
                       job.options.text("family").empty() ? " (software not seen; 'plan calibrate' narrows it)" : "");
}

void print_funnel(const PlanFindings& findings, std::ostream& out) {
    const plan::Certificate& certificate = findings.result.certificate;
    report::Table table("Plans of the space, by what became of them (they add up to it)",
                        {{"fate", Align::left}, {"by", Align::left}, {"plans", Align::right}});
    for (const PlanCountRecord& count : plan_count_records(findings)) {
        table.add_row({count.fate, count.by, count_number(count.plans)});
    }
    table.print(out);
    out << fmt::format("generated {}, after rules {}, after memory {}, simulated {}\n",
                       count_number(certificate.generated), count_number(certificate.after_rules()),
                       count_number(certificate.after_memory()), count_number(certificate.simulated));
}

void print_best(const PlanJob& job, const PlanFindings& findings, std::ostream& out) {
    report::Table table("Fastest plans (predicted)", {{"", Align::right},
                                                      {"plan", Align::left},
                                                      {"s / iteration", Align::right},
                                                      {"tokens / s / GPU", Align::right},
                                                      {"peak GiB", Align::right},
                                                      {"out of memory", Align::right}});
    int place = 0;
    for (const KeptPlan& kept : findings.plans) {
        table.add_row({std::to_string(++place), describe(kept.strategy), short_number(kept.seconds),
                       short_number(kept.tokens_per_second / job.cluster.gpus), short_number(kept.peak_gib),
                       short_number(100 * kept.out_of_memory_probability, 2) + " %"});
    }
    table.print(out);
}

/// The best plan's waterfall, beside the runner-up's.
void print_parts(const PlanFindings& findings, std::ostream& out) {
    const bool two = findings.plans.size() > 1;
    std::vector<report::Column> columns{{"seconds of an iteration", Align::left}, {"plan 1", Align::right}};
    if (two) columns.push_back({"plan 2", Align::right});
    report::Table table("Where the time goes", columns);
    const KeptPlan& best = findings.plans.front();
    for (std::size_t i = 0; i < best.parts.size(); ++i) {
        std::vector<std::string> row{best.parts[i].name, short_number(best.parts[i].seconds)};
        if (two) row.push_back(short_number(findings.plans[1].parts.at(i).seconds));
        table.add_row(std::move(row));
    }
    table.print(out);
}

Json stages_json(const PlanFindings& findings) {
    Json::Array stages;
    for (const plan::StageMemory& stage : findings.stages) {
        Json one;
        for (const MemoryColumn& column : memory_columns) one.set(column.key, stage.*column.gib);
        one.set("total_gib", stage.total());
        stages.push_back(std::move(one));
    }
    return stages;
}

Json tied_json(const PlanFindings& findings) {
    Json tied;
    tied.set("plans", findings.tied.plans.size());
    tied.set("more_may_tie", findings.tied.more_may_tie);
    return tied;
}

Json gains_json(const std::vector<plan::ResourceGain>& gains) {
    Json::Array all;
    for (const plan::ResourceGain& gain : gains) {
        Json one;
        one.set("resource", gain.resource);
        one.set("unit", gain.unit);
        one.set("have", gain.have);
        one.set("more", gain.more);
        one.set("seconds_before", gain.seconds_before);
        one.set("seconds_after", gain.seconds_after);
        one.set("strategy_after", describe(gain.strategy_after));
        all.push_back(std::move(one));
    }
    return all;
}

}  // namespace

void print_stages(const PlanJob& job, const PlanFindings& findings, std::ostream& out) {
    std::vector<report::Column> columns{{"stage", Align::right}};
    for (const MemoryColumn& column : memory_columns) columns.push_back({column.name, Align::right});
    columns.push_back({"GiB", Align::right});
    report::Table table(
        fmt::format("Memory of plan 1's stages, GiB of {} (predicted)", short_number(job.cluster.gpu.memory_gib, 4)),
        columns);
    for (std::size_t i = 0; i < findings.stages.size(); ++i) {
        std::vector<std::string> row{std::to_string(i)};
        for (const MemoryColumn& column : memory_columns)
            row.push_back(short_number(findings.stages[i].*column.gib, 3));
        row.push_back(short_number(findings.stages[i].total(), 4));
        table.add_row(std::move(row));
    }
    out << "\n";
    table.print(out);
}

void print_explanation(const PlanJob& job, const PlanFindings& findings, const std::vector<plan::ResourceGain>& gains,
                       std::ostream& out) {
    if (findings.plans.size() > 1) {
        const KeptPlan& best = findings.plans[0];
        const KeptPlan& second = findings.plans[1];
        report::Table table(
            fmt::format("Why plan 1 and not plan 2 ({} s apart)", short_number(second.seconds - best.seconds, 3)),
            {{"seconds of an iteration", Align::left}, {"plan 1 saves", Align::right}});
        for (const plan::PartDifference& part : plan::differences(best.parts, second.parts)) {
            if (part.saved() != 0) table.add_row({part.name, short_number(part.saved(), 3)});
        }
        out << "\n";
        table.print(out);
    }
    report::Table table("What more of one resource would buy (the whole space searched again)",
                        {{"resource", Align::left},
                         {"has", Align::right},
                         {"more", Align::right},
                         {"faster by", Align::right},
                         {"best plan", Align::left}});
    for (const plan::ResourceGain& gain : gains) {
        table.add_row({gain.resource, fmt::format("{} {}", short_number(gain.have, 4), gain.unit),
                       fmt::format("+{}", short_number(gain.more, 3)),
                       fmt::format("{} %", short_number(100 * gain.relative_gain(), 3)),
                       gain.another_plan ? describe(gain.strategy_after) : "the same"});
    }
    out << "\n";
    table.print(out);
    if (!gains.empty() && gains.front().relative_gain() > 0) {
        out << fmt::format("what binds: {}\n", gains.front().resource);
    }
    out << fmt::format("no slower than plan 1 as far as can be told (within {} %): {} of the {} plans kept{}\n",
                       short_number(100 * job.difference_half_width, 2), findings.tied.plans.size(),
                       findings.plans.size(), findings.tied.more_may_tie ? ", maybe more (--top keeps more)" : "");
}

void print_plans(const PlanJob& job, const PlanFindings& findings, std::ostream& out) {
    print_subject(job, findings, out);
    out << "\n";
    print_best(job, findings, out);
    out << "\n";
    print_parts(findings, out);
    out << "\n";
    print_funnel(findings, out);
    out << fmt::format("load {} s, search {} s on {} rank{}\n", short_number(findings.load_seconds, 3),
                       short_number(findings.search_seconds, 3), findings.ranks, findings.ranks == 1 ? "" : "s");
}

Json plans_json(const PlanJob& job, const PlanFindings& findings, const std::vector<plan::ResourceGain>& gains) {
    Json json;
    json.set("model", job.model.name);
    json.set("gpu", job.cluster.gpu.name);
    json.set("gpus", job.cluster.gpus);
    json.set("gpus_per_node", job.cluster.gpus_per_node);
    json.set("inter_node_gb_per_second", job.cluster.inter_node_gb_per_second);
    json.set("sequence", job.workload.sequence);
    json.set("global_batch", job.workload.global_batch);
    json.set("space", job.space.name);
    json.set("operators", findings.operators);
    json.set("origin", to_string(Origin::predicted));
    Json::Array plans;
    for (const PlanRecord& record : plan_records(findings)) {
        Json plan;
        plan.set("place", record.place);
        plan.set("strategy", record.strategy);
        plan.set("tensor", record.tensor);
        plan.set("pipeline", record.pipeline);
        plan.set("data", record.data);
        plan.set("context", record.context);
        plan.set("expert", record.expert);
        plan.set("virtual_stages", record.virtual_stages);
        plan.set("micro_batch", record.micro_batch);
        plan.set("schedule", record.schedule);
        plan.set("recompute", record.recompute);
        plan.set("zero_stage", record.zero_stage);
        plan.set("switches", record.switches);
        plan.set("iteration_seconds", record.iteration_seconds);
        plan.set("iteration_seconds_low", record.iteration_seconds / (1 + job.interval_half_width));
        plan.set("iteration_seconds_high", record.iteration_seconds * (1 + job.interval_half_width));
        plan.set("tokens_per_second", record.tokens_per_second);
        plan.set("peak_gib", record.peak_gib);
        plan.set("out_of_memory_probability", record.out_of_memory_probability);
        plans.push_back(std::move(plan));
    }
    json.set("plans", std::move(plans));
    Json::Array parts;
    if (!findings.plans.empty()) {
        for (const plan::TimePart& one : findings.plans.front().parts) {
            Json part;
            part.set("name", one.name);
            part.set("seconds", one.seconds);
            parts.push_back(std::move(part));
        }
    }
    json.set("where_the_time_goes", std::move(parts));
    json.set("stages", stages_json(findings));
    json.set("tied", tied_json(findings));
    if (!gains.empty()) json.set("resource_gains", gains_json(gains));
    const plan::Certificate& certificate = findings.result.certificate;
    Json funnel;
    funnel.set("generated", certificate.generated);
    funnel.set("after_rules", certificate.after_rules());
    funnel.set("after_memory", certificate.after_memory());
    funnel.set("simulated", certificate.simulated);
    json.set("funnel", std::move(funnel));
    Json::Array counts;
    for (const PlanCountRecord& record : plan_count_records(findings)) {
        Json count;
        count.set("fate", record.fate);
        count.set("by", record.by);
        count.set("plans", record.plans);
        counts.push_back(std::move(count));
    }
    json.set("certificate", std::move(counts));
    json.set("load_seconds", findings.load_seconds);
    json.set("search_seconds", findings.search_seconds);
    json.set("ranks", findings.ranks);
    return json;
}

}  // namespace atl::app
