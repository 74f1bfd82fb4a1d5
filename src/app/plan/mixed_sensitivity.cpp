// SPDX-License-Identifier: Apache-2.0
// Moves one number at a time and searches again.
#include <fmt/format.h>

#include <cmath>
#include <functional>

#include "mixed_plan.hpp"

namespace atl::app {

namespace {

constexpr double widest = 4;
constexpr double close = 1.02;

/// Words of the offer that the job asks for.
std::string chosen(const MixedJob& job, const std::vector<plan::GpuPool>& pools, const MixedFindings& findings) {
    plan::MixedSpace space;
    space.most_types = 2;
    plan::MixedOptions options = job.search;
    options.is_front = true;
    MixedFindings moved;
    moved.front = plan::search_mixed(job.model, job.workload, pools, space, options);
    moved.one_type = findings.one_type;
    const std::vector<Offer> all = offers(job, moved, pools);
    const Offer* found = nullptr;
    if (job.budget_dollars > 0) found = fastest_within(job, all);
    if (!found && job.deadline_hours > 0) found = cheapest_within(job, all);
    if (!found) found = &all.back();
    return found->plan;
}

std::string fastest(const MixedJob& job, const std::vector<plan::GpuPool>& pools) {
    plan::MixedSpace space;
    space.most_types = job.most_types();
    plan::MixedOptions options = job.search;
    options.keep = 1;
    return describe(plan::search_mixed(job.model, job.workload, pools, space, options).best.at(0), pools);
}

/// The factor next to 1 on the way to `end` at which the answer is another one; nothing where `end` changes nothing.
std::optional<double> change(double end, const std::function<bool(double)>& is_same) {
    if (is_same(end)) return std::nullopt;
    double same = 1;
    double other = end;
    while (std::max(same / other, other / same) > close) {
        const double middle = std::sqrt(same * other);
        (is_same(middle) ? same : other) = middle;
    }
    return other;
}

}  // namespace

std::vector<Sensitivity> sensitivity(const MixedJob& job, const MixedFindings& findings) {
    std::vector<Sensitivity> found;
    const auto add = [&](const std::string& what, const std::function<bool(double)>& is_same) {
        found.push_back({.what = what, .down = change(1 / widest, is_same), .up = change(widest, is_same)});
    };
    const std::string answer = job.prices ? chosen(job, job.pools, findings) : "";
    const std::string best = fastest(job, job.pools);
    for (std::size_t i = 0; i < job.pools.size(); ++i) {
        std::vector<plan::GpuPool> pools = job.pools;
        if (job.prices) {
            add("price of " + pools[i].gpu.name, [&](double factor) {
                pools[i].dollars_per_gpu_hour = factor * job.pools[i].dollars_per_gpu_hour;
                return chosen(job, pools, findings) == answer;
            });
            pools = job.pools;
        }
        add("fabric of " + pools[i].gpu.name, [&](double factor) {
            pools[i].inter_node_gb_per_second = factor * job.pools[i].inter_node_gb_per_second;
            return fastest(job, pools) == best;
        });
    }
    return found;
}

}  // namespace atl::app
