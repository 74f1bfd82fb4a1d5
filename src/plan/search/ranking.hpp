// SPDX-License-Identifier: Apache-2.0
// The best plans seen so far.
#pragma once

#include <algorithm>
#include <limits>
#include <vector>

#include "atoll/plan/search.hpp"

namespace atl::plan {

/// Invariant: sorted, `keep` plans at most.
class Ranking {
public:
    explicit Ranking(std::size_t keep) : keep_(keep) {}
    void add(const RankedPlan& plan) {
        if (plans_.size() == keep_ && !(plan < plans_.back())) return;
        plans_.insert(std::upper_bound(plans_.begin(), plans_.end(), plan), plan);
        if (plans_.size() > keep_) plans_.pop_back();
    }
    /// Seconds of the last plan that is kept; infinite while there is room.
    double last_seconds() const {
        return plans_.size() < keep_ ? std::numeric_limits<double>::infinity() : plans_.back().seconds;
    }
    const std::vector<RankedPlan>& plans() const { return plans_; }

private:
    std::size_t keep_;
    std::vector<RankedPlan> plans_;
};

}  // namespace atl::plan
