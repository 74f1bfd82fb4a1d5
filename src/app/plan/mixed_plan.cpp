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
    if (job.pools.empty()) throw InputError(given.source("pools") + ": all numbers of GPUs are 0");
    return job;
}

MixedFindings search_mixed(const MixedJob& job) {
    const auto begin = std::chrono::steady_clock::now();
    plan::MixedSpace space;
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
    findings.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    return findings;
}

}  // namespace atl::app
