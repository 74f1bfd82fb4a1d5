// SPDX-License-Identifier: Apache-2.0
// The front of seconds and dollars: what no other plan beats in both.
#pragma once

#include <map>
#include <utility>
#include <vector>

#include "atoll/plan/mixed.hpp"

namespace atl::plan {

/// Plans kept here and points heard of elsewhere.
class PlanFront {
public:
    /// Whether some point is at most as dear and, beyond rounding, faster than every plan of at least these figures.
    bool beats(double seconds, double dollars) const {
        auto after = points_.upper_bound(seconds * rounding_guard);
        return after != points_.begin() && std::prev(after)->second <= dollars * rounding_guard;
    }
    /// Seconds above which a plan at that many dollars a second is beaten.
    double seconds_limit(double dollars_per_second) const;
    /// A plan somewhere takes that much.
    void hear(const MixedPoint& point);
    /// Keeps the plan unless another beats it; of two that take the same the smaller one. Says whether it is a new
    /// point.
    bool add(MixedPlan plan);
    /// By seconds; of the plans added here, those that no point beats.
    std::vector<MixedPlan> plans() const;

private:
    static constexpr double rounding_guard = 1 - 1e-12;
    bool insert(double seconds, double dollars);

    std::map<double, double> points_;    ///< dollars by seconds; they fall
    std::map<double, MixedPlan> plans_;  ///< by seconds
};

}  // namespace atl::plan
