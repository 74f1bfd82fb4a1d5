// SPDX-License-Identifier: Apache-2.0
// Jobs with pools of GPUs.
#include "mixed_plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>

#include "atoll/app/plan.hpp"
#include "atoll/core/error.hpp"
#include "atoll/core/number.hpp"
#include "atoll/plan/time_parameters.hpp"
#include "plan_messages.hpp"
#include "plan_search.hpp"

namespace atl::app {

namespace {

/// "h100_sxm:32" of the list.
plan::GpuPool pool_of(const std::string& text, const ResolvedOptions& options) {
    const auto refuse = [&](const std::string& why) {
        throw InputError(fmt::format("{}: '{}' {}", options.source("pools"), text, why));
    };
    const std::size_t colon = text.rfind(':');
    if (colon == std::string::npos) refuse("is not TYPE:COUNT, as in h100_sxm:32");
    const double count = parse_number(text.substr(colon + 1)).value_or(-1);
    if (!(count >= 0) || count > 1e6 || count != std::floor(count)) refuse("must end in a number of GPUs");
    plan::GpuPool pool;
    try {
        pool.gpu = plan::shipped_gpus().find(text.substr(0, colon));
    } catch (const InputError& error) {
        throw InputError(options.source("pools") + ": " + error.what());
    }
    pool.most = static_cast<std::uint32_t>(count);
    const auto per_node = static_cast<std::uint32_t>(options.integer("gpus_per_node"));
    pool.gpus_per_node = per_node > 0 ? per_node : std::max(8U, pool.gpu.scale_up_gpus);
    pool.inter_node_gb_per_second = plan_fabric_of(options, pool.gpu.inter_node_gb_per_second, pool.gpus_per_node);
    return pool;
}

std::vector<std::string> parts_of(const std::string& list) {
    std::vector<std::string> parts;
    for (std::size_t begin = 0; begin <= list.size();) {
        const std::size_t end = std::min(list.find(',', begin), list.size());
        parts.push_back(list.substr(begin, end - begin));
        begin = end + 1;
    }
    return parts;
}

}  // namespace

/// Prices of the pools, and what the whole run may take.
static void take_money(MixedJob& job) {
    const ResolvedOptions& given = job.options;
    const std::string& name = given.text("prices");
    job.tokens = given.real("tokens");
    job.budget_dollars = given.real("budget_dollars");
    job.deadline_hours = given.real("deadline_hours");
    if (name.empty()) {
        for (const char* key : {"tokens", "budget_dollars", "deadline_hours", "interruption_gpu_hours"}) {
            if (given.real(key) > 0) throw InputError(fmt::format("{}: '{}' needs 'prices'", given.source(key), key));
        }
        return;
    }
    job.interruptions = {.gpu_hours_between = given.real("interruption_gpu_hours"),
                         .checkpoint_seconds = given.real("checkpoint_seconds"),
                         .restart_seconds = given.real("restart_seconds")};
    for (const char* key : {"budget_dollars", "deadline_hours", "interruption_gpu_hours"}) {
        if (given.real(key) > 0 && job.tokens <= 0) {
            throw InputError(fmt::format("{}: '{}' needs 'tokens', the length of the run", given.source(key), key));
        }
    }
    job.prices = plan_prices_of(given);
    for (plan::GpuPool& pool : job.pools) {
        const auto price = job.prices->of(pool.gpu.name);
        if (!price) {
            throw InputError(fmt::format("{}: no price of {} in {} of {}; give a file with one", given.source("prices"),
                                         pool.gpu.name, job.prices->name, job.prices->date));
        }
        pool.dollars_per_gpu_hour = *price;
    }
}

MixedJob make_mixed_job(ResolvedOptions options) {
    MixedJob job(std::move(options));
    const ResolvedOptions& given = job.options;
    for (const char* other : {"gpu", "cluster"}) {
        if (!given.text(other).empty()) {
            throw InputError(fmt::format("{}: 'pools' name their GPUs; leave out '{}'", given.source("pools"), other));
        }
    }
    job.model = plan_model_of(given);
    job.workload.sequence = static_cast<std::uint32_t>(given.integer("sequence"));
    job.workload.global_batch = static_cast<std::uint32_t>(given.integer("global_batch"));
    job.search.keep = static_cast<std::size_t>(given.integer("top"));
    job.search.most_gpus = static_cast<std::uint32_t>(given.integer("gpus"));
    job.search.out_of_memory_limit = given.real("out_of_memory_limit");
    job.search.is_brute_force = given.text("search") == "brute-force";
    const PlanConstants constants = plan_constants_of(given);
    const std::string& family = given.text("family");
    for (const std::string& part : parts_of(given.text("pools"))) {
        plan::GpuPool pool = pool_of(part, given);
        if (pool.most == 0) continue;
        const bool is_twice = std::any_of(job.pools.begin(), job.pools.end(),
                                          [&](const plan::GpuPool& one) { return one.gpu.name == pool.gpu.name; });
        if (is_twice) throw InputError(fmt::format("{}: {} is named twice", given.source("pools"), pool.gpu.name));
        pool.operators = &job.operators.of(pool.gpu);
        pool.time_parameters = constants.parameters.of(plan_groups(family, pool.gpu.name));
        pool.memory_parameters = constants.memory;
        job.pools.push_back(std::move(pool));
    }
    take_money(job);
    if (job.pools.empty()) throw InputError(given.source("pools") + ": all numbers of GPUs are 0");
    return job;
}

namespace {

/// One search of the job, shared with `peers` if there are any; whole on rank 0 only.
plan::MixedResult shared_search(const MixedJob& job, const std::vector<plan::GpuPool>& pools,
                                const plan::MixedSpace& space, plan::MixedOptions options, PlanPeers* peers,
                                std::vector<std::uint64_t>* split_by_rank = nullptr) {
    std::vector<plan::MixedResult> results;
    if (peers) {
        options.sharing = {.take = [peers] { return peers->take(); },
                           .tell = [peers](const plan::MixedPoint& point) { peers->tell(point); },
                           .heard = [peers] { return peers->heard(); }};
        const plan::MixedResult own = plan::search_mixed(job.model, job.workload, pools, space, options);
        for (const Json& one : peers->join(to_json(own))) results.push_back(mixed_result_of(one));
    } else {
        results.push_back(plan::search_mixed(job.model, job.workload, pools, space, options));
    }
    if (split_by_rank) {
        for (const plan::MixedResult& one : results) split_by_rank->push_back(one.certificate.split);
    }
    return plan::merge(results, options);
}

/// All GPUs of a pool by the one-type search; nothing where it has no plan.
std::optional<KeptPlan> one_type_plan(const MixedJob& job, const plan::GpuPool& pool) {
    std::string toml;
    for (const auto& [key, entry] : job.options.entries()) {
        const bool is_of_pools = key == "pools" || key == "prices" || key == "tokens" || key == "budget_dollars" ||
                                 key == "deadline_hours" || key == "gpus" || key == "top" || key == "search";
        if (entry.source != "default" && !is_of_pools) toml += key + " = " + toml_literal(entry.value) + "\n";
    }
    std::uint32_t gpus = pool.most;
    if (job.search.most_gpus > 0) gpus = std::min(gpus, job.search.most_gpus);
    const FlagValues flags{{"--gpu", pool.gpu.name}, {"--gpus", std::to_string(gpus)}, {"--top", "1"}};
    try {
        const PlanJob one = make_plan_job(resolve_options(plan_options(), JobFile{"the job", toml}, {}, flags, {}));
        PlanSearch search(one);
        PlanFindings found = search.findings(search.search({}), 1);
        if (!found.plans.empty()) return std::move(found.plans.front());
    } catch (const InputError&) {
        // NOTE: numbers of GPUs that a mixed pipeline may use in part need not make whole nodes
    }
    return std::nullopt;
}

}  // namespace

MixedFindings search_mixed(const MixedJob& job, PlanPeers* peers) {
    const auto begin = std::chrono::steady_clock::now();
    const bool is_first = !peers || peers->rank() == 0;
    plan::MixedSpace space;
    space.most_types = job.most_types();
    MixedFindings findings;
    findings.free = shared_search(job, job.pools, space, job.search, peers, &findings.split_by_rank);
    if (is_first) {
        for (const plan::GpuPool& pool : job.pools) findings.one_type.push_back(one_type_plan(job, pool));
    }
    if (is_first && findings.free.best.empty()) {
        throw InputError(
            fmt::format("no pipeline of these GPUs holds {}: some stage runs out of memory in all of {} pipelines, or "
                        "the batch has "
                        "no divisor that fits; give more GPUs or a higher out_of_memory_limit",
                        job.model.name, findings.free.certificate.generated));
    }
    for (const plan::GpuPool& pool : job.pools) {
        findings.alone.push_back(shared_search(job, {pool}, space, job.search, peers));
    }
    space.even_inside_type = true;
    findings.even = shared_search(job, job.pools, space, job.search, peers);
    if (job.prices) {
        space.even_inside_type = false;
        space.most_types = 2;  // a front is wide: three types would take minutes
        plan::MixedOptions options = job.search;
        options.is_front = true;
        findings.front = shared_search(job, job.pools, space, options, peers);
    }
    findings.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    return findings;
}

std::string gpus_of(const MixedJob& job, const plan::MixedPlan& plan) {
    std::string text;
    const auto used = plan.gpus(job.pools.size());
    for (std::size_t i = 0; i < used.size(); ++i) {
        if (used[i] > 0) text += fmt::format("{}{} {}", text.empty() ? "" : " + ", used[i], job.pools[i].gpu.name);
    }
    return text;
}

static std::uint32_t gpu_count(const plan::MixedPlan& plan, std::size_t pools) {
    const auto used = plan.gpus(pools);
    return std::accumulate(used.begin(), used.end(), 0U);
}

OfferedRun run_of(const MixedJob& job, const Offer& offer) {
    constexpr double seconds_an_hour = 3600;
    const double work = offer.seconds * job.iterations();
    const plan::RunForecast forecast = plan::forecast_run(work, offer.gpu_count, job.interruptions);
    const double dollars_per_second = offer.dollars / offer.seconds;
    return {.hours = forecast.expected_seconds / seconds_an_hour,
            .dollars = forecast.expected_seconds * dollars_per_second,
            .p90_hours = forecast.p90_seconds / seconds_an_hour,
            .p90_dollars = forecast.p90_seconds * dollars_per_second,
            .interruptions = forecast.interruptions,
            .checkpoint_minutes = forecast.interval_seconds / 60};
}

std::vector<Offer> offers(const MixedJob& job, const MixedFindings& findings, const std::vector<plan::GpuPool>& pools) {
    constexpr double seconds_an_hour = 3600;
    std::vector<Offer> all;
    for (const plan::MixedPlan& plan : findings.front.best) {
        all.push_back({.seconds = plan.seconds,
                       .dollars = plan.dollars,
                       .gpus = gpus_of(job, plan),
                       .gpu_count = gpu_count(plan, job.pools.size()),
                       .plan = describe(plan, job.pools),
                       .mixed = &plan});
    }
    for (std::size_t i = 0; i < findings.one_type.size(); ++i) {
        if (!findings.one_type[i]) continue;
        const KeptPlan& plan = *findings.one_type[i];
        const plan::Strategy& one = plan.strategy;
        const double gpus = static_cast<double>(one.tensor) * one.pipeline * one.data * one.context;
        all.push_back({.seconds = plan.seconds,
                       .dollars = plan.seconds * gpus * pools[i].dollars_per_gpu_hour / seconds_an_hour,
                       .gpus = fmt::format("{} {}", gpus, job.pools[i].gpu.name),
                       .gpu_count = static_cast<std::uint32_t>(gpus),
                       .plan = describe(plan.strategy),
                       .mixed = nullptr});
    }
    std::stable_sort(all.begin(), all.end(), [](const Offer& left, const Offer& right) {
        return left.seconds != right.seconds ? left.seconds < right.seconds : left.dollars < right.dollars;
    });
    std::vector<Offer> front;
    for (Offer& offer : all) {
        if (front.empty() || offer.dollars < front.back().dollars) front.push_back(std::move(offer));
    }
    return front;
}

const Offer* fastest_within(const MixedJob& job, const std::vector<Offer>& offers) {
    const Offer* found = nullptr;
    double hours = 0;
    for (const Offer& offer : offers) {
        const OfferedRun run = run_of(job, offer);
        if (run.dollars > job.budget_dollars || (found && run.hours >= hours)) continue;
        found = &offer;
        hours = run.hours;
    }
    return found;
}

const Offer* cheapest_within(const MixedJob& job, const std::vector<Offer>& offers) {
    const Offer* found = nullptr;
    double dollars = 0;
    for (const Offer& offer : offers) {
        const OfferedRun run = run_of(job, offer);
        if (run.hours > job.deadline_hours || (found && run.dollars >= dollars)) continue;
        found = &offer;
        dollars = run.dollars;
    }
    return found;
}

}  // namespace atl::app
