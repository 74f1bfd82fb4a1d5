// SPDX-License-Identifier: Apache-2.0
// Mixed pipelines as people and programs read them.
#include <fmt/format.h>

#include <ostream>

#include "atoll/report/numbers.hpp"
#include "atoll/report/table.hpp"
#include "mixed_plan.hpp"

namespace atl::app {

namespace {

using report::Align;
using report::count_number;
using report::short_number;

double tokens_per_second(const MixedJob& job, const plan::MixedPlan& plan) {
    return static_cast<double>(job.workload.global_batch) * job.workload.sequence / plan.seconds;
}

Json certificate_json(const plan::MixedCertificate& certificate) {
    Json json;
    json.set("generated", certificate.generated);
    json.set("pruned_by_sizes", certificate.pruned_by_sizes);
    json.set("pruned_by_stages", certificate.pruned_by_stages);
    json.set("pruned_by_split", certificate.pruned_by_split);
    json.set("split", certificate.split);
    return json;
}

Json plan_json(const MixedJob& job, const plan::MixedPlan& plan) {
    Json json;
    json.set("plan", describe(plan, job.pools));
    json.set("data", plan.data);
    json.set("micro_batch", static_cast<std::uint32_t>(plan.micro_batch));
    json.set("iteration_seconds", plan.seconds);
    json.set("tokens_per_second", tokens_per_second(job, plan));
    Json::Array stages;
    for (const plan::MixedStage& stage : plan.stages) {
        Json one;
        one.set("gpu", job.pools.at(stage.pool).gpu.name);
        one.set("tensor", static_cast<std::uint32_t>(stage.tensor));
        one.set("layers", static_cast<std::uint32_t>(stage.layers));
        one.set("recompute", stage.recompute);
        stages.push_back(std::move(one));
    }
    json.set("stages", std::move(stages));
    return json;
}

}  // namespace

void print_mixed(const MixedJob& job, const MixedFindings& findings, std::ostream& out) {
    std::string pools;
    for (const plan::GpuPool& pool : job.pools) {
        pools += fmt::format("{}up to {} {}", pools.empty() ? "" : ", ", count_number(pool.most), pool.gpu.name);
    }
    out << fmt::format("{} on {}, sequences of {} tokens, {} in a batch; 1F1B, bf16; seconds are predicted\n\n",
                       job.model.name, pools, count_number(job.workload.sequence),
                       count_number(job.workload.global_batch));
    report::Table table(
        "Fastest pipelines (predicted)",
        {{"", Align::right}, {"plan", Align::left}, {"s / iteration", Align::right}, {"tokens / s", Align::right}});
    const auto add = [&](const std::string& name, const plan::MixedResult& result, std::size_t place) {
        if (place >= result.best.size()) {
            table.add_row({name, "nothing fits", "-", "-"});
            return;
        }
        const plan::MixedPlan& plan = result.best[place];
        table.add_row(
            {name, describe(plan, job.pools), short_number(plan.seconds), short_number(tokens_per_second(job, plan))});
    };
    for (std::size_t i = 0; i < findings.free.best.size(); ++i) add(std::to_string(i + 1), findings.free, i);
    add("even inside a type (Astra's space)", findings.even, 0);
    for (std::size_t i = 0; i < job.pools.size(); ++i) {
        const plan::MixedResult& alone = findings.alone[i];
        if (alone.best.empty()) {
            table.add_row({job.pools[i].gpu.name + " alone", "nothing fits", "-", "-"});
            continue;
        }
        table.add_row({job.pools[i].gpu.name + " alone", describe(alone.best[0], {job.pools[i]}),
                       short_number(alone.best[0].seconds), short_number(tokens_per_second(job, alone.best[0]))});
    }
    table.print(out);
    const plan::MixedCertificate& certificate = findings.free.certificate;
    out << fmt::format(
        "\n{} pipelines (data, micro-batch, types in order, tensor sizes, stages of each type): {} bounded by their "
        "sizes, "
        "{} by their stages, {} by their splits, {} split exactly\n{} s for all searches\n",
        count_number(certificate.generated), count_number(certificate.pruned_by_sizes),
        count_number(certificate.pruned_by_stages), count_number(certificate.pruned_by_split),
        count_number(certificate.split), short_number(findings.seconds, 3));
}

Json mixed_json(const MixedJob& job, const MixedFindings& findings) {
    Json json;
    json.set("model", job.model.name);
    json.set("sequence", job.workload.sequence);
    json.set("global_batch", job.workload.global_batch);
    json.set("origin", "predicted");
    Json::Array plans;
    for (const plan::MixedPlan& plan : findings.free.best) plans.push_back(plan_json(job, plan));
    json.set("plans", std::move(plans));
    Json::Array even;
    for (const plan::MixedPlan& plan : findings.even.best) even.push_back(plan_json(job, plan));
    json.set("even_plans", std::move(even));
    json.set("certificate", certificate_json(findings.free.certificate));
    json.set("even_certificate", certificate_json(findings.even.certificate));
    json.set("search_seconds", findings.seconds);
    return json;
}

}  // namespace atl::app
