// SPDX-License-Identifier: Apache-2.0
// Mixed pipelines as people and programs read them.
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <ostream>

#include "atoll/report/numbers.hpp"
#include "atoll/report/table.hpp"
#include "mixed_plan.hpp"

namespace atl::app {

namespace {

using report::Align;
using report::count_number;
using report::short_number;

double tokens_per_second(const MixedJob& job, double seconds) {
    return static_cast<double>(job.workload.global_batch) * job.workload.sequence / seconds;
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

/// Dollars for a million tokens.
double dollars_per_million(const MixedJob& job, double dollars) {
    return 1e6 * dollars / (static_cast<double>(job.workload.global_batch) * job.workload.sequence);
}

/// Every plan of a short front, else some of it, the ends among them.
std::vector<std::size_t> places_shown(std::size_t count) {
    constexpr std::size_t most = 16;
    std::vector<std::size_t> places;
    const std::size_t shown = std::min(count, most);
    for (std::size_t i = 0; i < shown; ++i) places.push_back(shown == 1 ? 0 : i * (count - 1) / (shown - 1));
    return places;
}

void print_front(const MixedJob& job, const std::vector<Offer>& front, std::ostream& out) {
    const bool is_interrupted = job.interruptions.gpu_hours_between > 0;
    std::vector<report::Column> columns{
        {"GPUs", Align::left}, {"plan", Align::left}, {"tokens / s"}, {"$ / million tokens"}};
    if (job.tokens > 0) columns.insert(columns.end(), {{"hours"}, {"dollars"}});
    if (is_interrupted)
        columns.insert(columns.end(), {{"90 % hours"}, {"90 % dollars"}, {"stops"}, {"save every min"}});
    report::Table table(
        fmt::format("Speed against money: {} plans that no other one beats in both ({} of {}; at most two "
                    "types in a pipeline)",
                    front.size(), job.prices->name, job.prices->date),
        columns);
    for (const std::size_t i : places_shown(front.size())) {
        const Offer& offer = front[i];
        std::vector<std::string> row{offer.gpus, offer.plan, short_number(tokens_per_second(job, offer.seconds)),
                                     short_number(dollars_per_million(job, offer.dollars))};
        const OfferedRun run = run_of(job, offer);
        if (job.tokens > 0) row.insert(row.end(), {short_number(run.hours), short_number(run.dollars)});
        if (is_interrupted) {
            row.insert(row.end(), {short_number(run.p90_hours), short_number(run.p90_dollars),
                                   short_number(run.interruptions, 3), short_number(run.checkpoint_minutes, 3)});
        }
        table.add_row(std::move(row));
    }
    out << "\n";
    table.print(out);
    const auto name = [&](const char* what, const Offer* offer, const std::string& otherwise) {
        if (!offer) {
            out << what << otherwise << "\n";
            return;
        }
        const OfferedRun run = run_of(job, *offer);
        out << fmt::format("{}{}: {}: {} hours, {} dollars\n", what, offer->gpus, offer->plan, short_number(run.hours),
                           short_number(run.dollars));
    };
    double least_dollars = std::numeric_limits<double>::infinity();
    double least_hours = least_dollars;
    for (const Offer& offer : front) {
        const OfferedRun run = run_of(job, offer);
        least_dollars = std::min(least_dollars, run.dollars);
        least_hours = std::min(least_hours, run.hours);
    }
    if (job.budget_dollars > 0) {
        name("fastest within the budget: ", fastest_within(job, front),
             fmt::format("none; the cheapest plan takes {} dollars", short_number(least_dollars)));
    }
    if (job.deadline_hours > 0) {
        name("cheapest within the deadline: ", cheapest_within(job, front),
             fmt::format("none; the fastest plan takes {} hours", short_number(least_hours)));
    }
}

Json plan_json(const MixedJob& job, const plan::MixedPlan& plan) {
    Json json;
    json.set("plan", describe(plan, job.pools));
    json.set("data", plan.data);
    json.set("micro_batch", static_cast<std::uint32_t>(plan.micro_batch));
    json.set("iteration_seconds", plan.seconds);
    json.set("tokens_per_second", tokens_per_second(job, plan.seconds));
    if (job.prices) {
        json.set("dollars_per_iteration", plan.dollars);
        json.set("dollars_per_million_tokens", dollars_per_million(job, plan.dollars));
    }
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

Json offer_json(const MixedJob& job, const Offer& offer) {
    Json json;
    if (offer.mixed) json = plan_json(job, *offer.mixed);
    if (job.tokens > 0) {
        const OfferedRun run = run_of(job, offer);
        json.set("hours", run.hours);
        json.set("dollars", run.dollars);
        if (job.interruptions.gpu_hours_between > 0) {
            json.set("p90_hours", run.p90_hours);
            json.set("p90_dollars", run.p90_dollars);
            json.set("interruptions", run.interruptions);
            json.set("minutes_between_checkpoints", run.checkpoint_minutes);
        }
    }
    if (offer.mixed) return json;
    json.set("plan", offer.plan);
    json.set("gpus", offer.gpus);
    json.set("iteration_seconds", offer.seconds);
    json.set("tokens_per_second", tokens_per_second(job, offer.seconds));
    json.set("dollars_per_iteration", offer.dollars);
    json.set("dollars_per_million_tokens", dollars_per_million(job, offer.dollars));
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
        table.add_row({name, describe(plan, job.pools), short_number(plan.seconds),
                       short_number(tokens_per_second(job, plan.seconds))});
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
                       short_number(alone.best[0].seconds),
                       short_number(tokens_per_second(job, alone.best[0].seconds))});
    }
    const KeptPlan* fastest = nullptr;
    for (std::size_t i = 0; i < job.pools.size(); ++i) {
        if (!findings.one_type[i]) continue;
        const KeptPlan& plan = *findings.one_type[i];
        table.add_row({fmt::format("all {} alone, space {}", job.pools[i].gpu.name, job.options.text("space")),
                       describe(plan.strategy), short_number(plan.seconds), short_number(plan.tokens_per_second)});
        if (!fastest || plan.seconds < fastest->seconds) fastest = &plan;
    }
    table.print(out);
    if (fastest && fastest->seconds < findings.free.best.front().seconds) {
        out << fmt::format("one type alone is faster here: {}\n", describe(fastest->strategy));
    }
    if (job.prices) print_front(job, offers(job, findings, job.pools), out);
    const plan::MixedCertificate& certificate = findings.free.certificate;
    out << fmt::format(
        "\n{} pipelines (data, micro-batch, up to {} types in order, tensor sizes, stages of each type): {} bounded by "
        "their "
        "sizes, "
        "{} by their stages, {} by their splits, {} split exactly\n{} s for all searches on {} rank{}\n",
        count_number(certificate.generated), job.most_types(), count_number(certificate.pruned_by_sizes),
        count_number(certificate.pruned_by_stages), count_number(certificate.pruned_by_split),
        count_number(certificate.split), short_number(findings.seconds, 3), findings.split_by_rank.size(),
        findings.split_by_rank.size() == 1 ? "" : "s");
}

void print_mixed_stages(const MixedJob& job, const MixedFindings& findings, std::ostream& out) {
    const plan::MixedPlan& plan = findings.free.best.front();
    const auto details = stage_details(job.model, job.workload, job.pools, plan);
    report::Table table("Stages of the fastest mixed plan: milliseconds of a micro-batch, GiB of one GPU",
                        {{"stage"},
                         {"GPU", Align::left},
                         {"tensor"},
                         {"layers"},
                         {"recomputed", Align::left},
                         {"forward"},
                         {"backward"},
                         {"send"},
                         {"pace"},
                         {"GiB"},
                         {"out of memory"}});
    const auto milliseconds = [](double seconds) { return short_number(1e3 * seconds, 3); };
    for (std::size_t i = 0; i < details.size(); ++i) {
        const plan::MixedStage& stage = plan.stages[i];
        const plan::MixedStageDetail& detail = details[i];
        table.add_row({std::to_string(i), job.pools.at(stage.pool).gpu.name, std::to_string(stage.tensor),
                       std::to_string(stage.layers), stage.recompute ? "yes" : "no",
                       milliseconds(detail.forward_seconds), milliseconds(detail.backward_seconds),
                       milliseconds(detail.send_seconds), milliseconds(detail.pace()),
                       short_number(detail.memory.total(), 3), short_number(detail.out_of_memory_probability, 2)});
    }
    out << "\n";
    table.print(out);
}

void print_sensitivity(const MixedJob& job, const std::vector<Sensitivity>& found, std::ostream& out) {
    report::Table table(job.prices ? "How far prices and fabrics may move before the answer changes"
                                   : "How far fabrics may move before the fastest plan changes",
                        {{"", Align::left}, {"down to"}, {"up to"}});
    const auto factor = [](const std::optional<double>& value, const char* none) {
        return value ? fmt::format("x {}", short_number(*value, 3)) : std::string(none);
    };
    for (const Sensitivity& one : found) {
        table.add_row({one.what, factor(one.down, "below x 0.25"), factor(one.up, "above x 4")});
    }
    out << "\n";
    table.print(out);
}

Json mixed_json(const MixedJob& job, const MixedFindings& findings, const std::vector<Sensitivity>& moves) {
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
    if (job.prices) {
        const std::vector<Offer> all = offers(job, findings, job.pools);
        Json::Array front;
        for (const Offer& offer : all) front.push_back(offer_json(job, offer));
        json.set("front", std::move(front));
        json.set("prices", job.prices->name);
        json.set("prices_date", job.prices->date);
        json.set("front_certificate", certificate_json(findings.front.certificate));
        const auto set_plan = [&](const char* key, bool is_asked, const Offer* offer) {
            if (is_asked) json.set(key, offer == nullptr ? Json() : offer_json(job, *offer));
        };
        set_plan("fastest_within_budget", job.budget_dollars > 0, fastest_within(job, all));
        set_plan("cheapest_within_deadline", job.deadline_hours > 0, cheapest_within(job, all));
    }
    json.set("certificate", certificate_json(findings.free.certificate));
    json.set("even_certificate", certificate_json(findings.even.certificate));
    Json::Array one_type;
    for (std::size_t i = 0; i < job.pools.size(); ++i) {
        if (!findings.one_type[i]) continue;
        const KeptPlan& plan = *findings.one_type[i];
        Json one;
        one.set("gpu", job.pools[i].gpu.name);
        one.set("plan", describe(plan.strategy));
        one.set("iteration_seconds", plan.seconds);
        one.set("tokens_per_second", plan.tokens_per_second);
        one_type.push_back(std::move(one));
    }
    json.set("one_type_plans", std::move(one_type));
    Json::Array sensitivities;
    for (const Sensitivity& one : moves) {
        Json move;
        move.set("what", one.what);
        move.set("down", one.down ? Json(*one.down) : Json());
        move.set("up", one.up ? Json(*one.up) : Json());
        sensitivities.push_back(std::move(move));
    }
    if (!moves.empty()) json.set("sensitivity", std::move(sensitivities));
    Json::Array split;
    for (const std::uint64_t count : findings.split_by_rank) split.emplace_back(count);
    json.set("split_by_rank", std::move(split));
    json.set("search_seconds", findings.seconds);
    return json;
}

}  // namespace atl::app
