// SPDX-License-Identifier: Apache-2.0
// Differences of plans, gains of resources, ties.
#include "atoll/plan/explain.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace atl::plan {
namespace {

struct Resource {
    const char* name;
    const char* unit;
    double (*have)(const Cluster&);
    void (*add)(Cluster&, double);
};

constexpr Resource resources[] = {
    {"GPU memory", "GiB", [](const Cluster& c) { return c.gpu.memory_gib; },
     [](Cluster& c, double more) { c.gpu.memory_gib += more; }},
    {"GPU memory bandwidth", "GB/s", [](const Cluster& c) { return c.gpu.memory_gb_per_second; },
     [](Cluster& c, double more) { c.gpu.memory_gb_per_second += more; }},
    {"bandwidth in a node", "GB/s", [](const Cluster& c) { return c.gpu.scale_up_gb_per_second; },
     [](Cluster& c, double more) { c.gpu.scale_up_gb_per_second += more; }},
    {"bandwidth between nodes", "GB/s", [](const Cluster& c) { return c.inter_node_gb_per_second; },
     [](Cluster& c, double more) { c.inter_node_gb_per_second += more; }},
    {"computing", "TFLOP/s", [](const Cluster& c) { return c.gpu.bf16_tflops; },
     [](Cluster& c, double more) {
         c.gpu.fp8_tflops *= 1 + more / c.gpu.bf16_tflops;
         c.gpu.bf16_tflops += more;
     }},
};

}  // namespace

std::vector<PartDifference> differences(const std::vector<TimePart>& plan, const std::vector<TimePart>& other) {
    if (plan.size() != other.size()) throw std::invalid_argument("waterfalls with different steps");
    std::vector<PartDifference> found;
    for (std::size_t i = 0; i < plan.size(); ++i) found.push_back({plan[i].name, plan[i].seconds, other[i].seconds});
    std::stable_sort(found.begin(), found.end(), [](const PartDifference& left, const PartDifference& right) {
        return std::abs(left.saved()) > std::abs(right.saved());
    });
    return found;
}

std::vector<ResourceGain> resource_gains(const Cluster& cluster, const RankedPlan& best, const BestPlanOn& best_on) {
    std::vector<ResourceGain> gains;
    for (const Resource& resource : resources) {
        Cluster richer = cluster;
        constexpr double one = 1;
        resource.add(richer, one);
        const RankedPlan after = best_on(richer);
        gains.push_back({resource.name, resource.unit, resource.have(cluster), one, best.seconds, after.seconds,
                         after.strategy, after.strategy != best.strategy});
    }
    std::stable_sort(gains.begin(), gains.end(), [](const ResourceGain& left, const ResourceGain& right) {
        return left.seconds_after < right.seconds_after;
    });
    return gains;
}

TiedPlans tied_plans(const SearchResult& result, double relative_half_width) {
    TiedPlans tied;
    if (result.best.empty()) return tied;
    const double width = 1 + relative_half_width;
    const double reach = result.best.front().seconds * width;
    for (const RankedPlan& plan : result.best) {
        if (plan.seconds / width <= reach) tied.plans.push_back(plan);
    }
    tied.more_may_tie = tied.plans.size() == result.best.size() && result.best.size() == result.keep;
    return tied;
}

}  // namespace atl::plan
