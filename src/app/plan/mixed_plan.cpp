// SPDX-License-Identifier: Apache-2.0
// Jobs with pools of GPUs.
#include "mixed_plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>

#include "atoll/core/error.hpp"
#include "atoll/core/number.hpp"
#include "atoll/plan/time_parameters.hpp"
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
    pool.gpus_per_node = std::max(8U, pool.gpu.scale_up_gpus);
    pool.inter_node_gb_per_second = pool.gpu.inter_node_gb_per_second;
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
        for (const char* key : {"tokens", "budget_dollars", "deadline_hours"}) {
            if (given.real(key) > 0) throw InputError(fmt::format("{}: '{}' needs 'prices'", given.source(key), key));
        }
        return;
    }
    for (const char* key : {"budget_dollars", "deadline_hours"}) {
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

MixedFindings search_mixed(const MixedJob& job) {
    const auto begin = std::chrono::steady_clock::now();
    plan::MixedSpace space;
    space.most_types = job.most_types();
    MixedFindings findings;
    findings.free = plan::search_mixed(job.model, job.workload, job.pools, space, job.search);
    if (findings.free.best.empty()) {
        throw InputError(
            fmt::format("no pipeline of these GPUs holds {}: some stage runs out of memory in all of {} pipelines, or "
                        "the batch has "
                        "no divisor that fits; give more GPUs or a higher out_of_memory_limit",
                        job.model.name, findings.free.certificate.generated));
    }
    for (const plan::GpuPool& pool : job.pools) {
        findings.alone.push_back(plan::search_mixed(job.model, job.workload, {pool}, space, job.search));
    }
    space.even_inside_type = true;
    findings.even = plan::search_mixed(job.model, job.workload, job.pools, space, job.search);
    if (job.prices) {
        space.even_inside_type = false;
        space.most_types = 2;  // a front is wide: three types would take minutes
        plan::MixedOptions options = job.search;
        options.is_front = true;
        findings.front = plan::search_mixed(job.model, job.workload, job.pools, space, options);
    }
    findings.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    return findings;
}

const plan::MixedPlan* fastest_within(const MixedJob& job, const plan::MixedResult& front) {
    for (const plan::MixedPlan& plan : front.best) {
        if (plan.dollars * job.iterations() <= job.budget_dollars) return &plan;
    }
    return nullptr;
}

const plan::MixedPlan* cheapest_within(const MixedJob& job, const plan::MixedResult& front) {
    constexpr double seconds_an_hour = 3600;
    const plan::MixedPlan* found = nullptr;
    for (const plan::MixedPlan& plan : front.best) {
        if (plan.seconds * job.iterations() <= job.deadline_hours * seconds_an_hour) found = &plan;
    }
    return found;
}

}  // namespace atl::app
