// SPDX-License-Identifier: Apache-2.0
// Ranks that share one search for plans: what they tell each other.
#pragma once

#include <limits>
#include <optional>
#include <vector>

#include "atoll/core/error.hpp"
#include "atoll/plan/search.hpp"
#include "atoll/transport/transport.hpp"

namespace atl::app {

/// One rank's view of the others. Rank 0 ends with everybody's results.
/// Invariant: every rank calls join() once, whether its own part worked or not.
class PlanPeers {
public:
    explicit PlanPeers(transport::Transport& transport) : transport_(transport) {}

    /// Tells the others when `found` (seconds of the k-th best plan here) got better; returns the best bound of all.
    double exchange(double found);

    /// On rank 0: the results of all ranks, or the first failure of any rank thrown (SilentError elsewhere); on the
    /// others: their own alone, once rank 0 has all. Throws InfrastructureError when a rank stays silent.
    std::vector<plan::SearchResult> join(const std::optional<plan::SearchResult>& own,
                                         const std::optional<Error>& failure);

private:
    void take(const transport::Message& message);

    transport::Transport& transport_;
    double best_ = std::numeric_limits<double>::infinity();
    double told_ = std::numeric_limits<double>::infinity();
    std::vector<transport::Message> arrived_;  ///< results that have arrived; rank 0 only
    bool go_ = false;
};

}  // namespace atl::app
