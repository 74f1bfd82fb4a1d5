// SPDX-License-Identifier: Apache-2.0
// Why a plan: where its time goes, what sets it apart from another, what binds it, which others are as good.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "atoll/plan/cost_terms.hpp"
#include "atoll/plan/machine.hpp"
#include "atoll/plan/search.hpp"

namespace atl::plan {

/// One step of a waterfall; the seconds of all steps add up to the iteration's.
struct TimePart {
    std::string name;
    double seconds = 0;
};

PipelineShape shape_of(const Strategy& strategy, const Workload& workload, std::uint32_t layers);

/// The iteration's seconds, term by term: each step is what its term adds to those before it, and the bubble is what
/// the real pipeline adds to stages that are never idle. Always the same names in the same order.
std::vector<TimePart> waterfall(const CostTerms& terms, const PipelineShape& shape);

/// Two plans, term by term, the largest difference first.
struct PartDifference {
    std::string name;
    double seconds = 0;
    double other_seconds = 0;
    double saved() const { return other_seconds - seconds; }
};
std::vector<PartDifference> differences(const std::vector<TimePart>& plan, const std::vector<TimePart>& other);

/// What more of one resource would buy: the space searched again with it.
struct ResourceGain {
    std::string resource;  ///< "GPU memory"
    std::string unit;      ///< "GiB"
    double have = 0;
    double more = 0;  ///< added for the second search
    double seconds_before = 0;
    double seconds_after = 0;
    Strategy strategy_after;
    bool another_plan = false;  ///< the best plan is a different one with it
    double relative_gain() const { return seconds_before > 0 ? 1 - seconds_after / seconds_before : 0; }
};

/// The best plan on a cluster; a result without plans has infinite seconds.
using BestPlanOn = std::function<RankedPlan(const Cluster&)>;

/// One more GiB, and one more GB/s of each link, and of computing one TFLOP/s more in bf16 and fp8 alike (in
/// proportion). Largest gain first; the first one is the binding resource, where it gains anything.
std::vector<ResourceGain> resource_gains(const Cluster& cluster, const RankedPlan& best, const BestPlanOn& best_on);

/// The plans whose interval [seconds / (1 + w), seconds * (1 + w)] meets the best one's; `w` is the relative half
/// width.
struct TiedPlans {
    std::vector<RankedPlan> plans;  ///< sorted; the best plan first
    bool more_may_tie = false;      ///< all that the search kept are tied: others may be as well
};
TiedPlans tied_plans(const SearchResult& result, double relative_half_width);

}  // namespace atl::plan
