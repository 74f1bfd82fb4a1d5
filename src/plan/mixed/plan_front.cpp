// SPDX-License-Identifier: Apache-2.0
// Keeps a front sorted by seconds.
#include "plan/mixed/plan_front.hpp"

#include <algorithm>
#include <limits>

namespace atl::plan {

double PlanFront::seconds_limit(double dollars_per_second) const {
    constexpr double infinite = std::numeric_limits<double>::infinity();
    double limit = infinite;
    for (const auto& [seconds, dollars] : points_) {
        const double here = dollars_per_second > 0 ? std::max(seconds, dollars / dollars_per_second)
                            : dollars <= 0         ? seconds
                                                   : infinite;
        limit = std::min(limit, here);
    }
    return limit / rounding_guard;
}

/// False when another point is at most as slow and as dear.
bool PlanFront::insert(double seconds, double dollars) {
    const auto after = points_.upper_bound(seconds);
    if (after != points_.begin() && std::prev(after)->second <= dollars) return false;
    auto slower = points_.lower_bound(seconds);
    while (slower != points_.end() && slower->second >= dollars) slower = points_.erase(slower);
    points_.emplace(seconds, dollars);
    return true;
}

void PlanFront::hear(const MixedPoint& point) { insert(point.seconds, point.dollars); }

bool PlanFront::add(MixedPlan plan) {
    const double seconds = plan.seconds;
    const double dollars = plan.dollars;
    const bool is_new = insert(seconds, dollars);
    const auto same = points_.find(seconds);
    if (!is_new && (same == points_.end() || same->second != dollars)) return false;
    const auto [kept, is_first] = plans_.try_emplace(seconds, plan);
    if (!is_first && (kept->second.dollars > dollars || plan < kept->second)) kept->second = std::move(plan);
    return is_new;
}

std::vector<MixedPlan> PlanFront::plans() const {
    std::vector<MixedPlan> kept;
    for (const auto& [seconds, plan] : plans_) {
        const auto point = points_.find(seconds);
        if (point != points_.end() && point->second == plan.dollars) kept.push_back(plan);
    }
    return kept;
}

}  // namespace atl::plan
