// SPDX-License-Identifier: Apache-2.0
// Ranks that share searches for plans: numbers given out, what was found told, results gathered.
#pragma once

#include <optional>
#include <vector>

#include "atoll/core/error.hpp"
#include "atoll/core/json.hpp"
#include "atoll/plan/mixed.hpp"
#include "atoll/transport/transport.hpp"

namespace atl::app {

/// One rank's view of the others. Searches follow each other in the same order on every rank; each ends with join().
/// Invariant: every rank calls leave() once, at its end, whether it worked or not. All but the constructor may throw
/// InfrastructureError when a rank stays silent, AgreedError on rank 0 and SilentError elsewhere once a rank has
/// failed.
class PlanPeers {
public:
    explicit PlanPeers(transport::Transport& transport)
        : transport_(transport), results_(static_cast<std::size_t>(transport.size())) {}
    int rank() const { return transport_.rank(); }
    int ranks() const { return transport_.size(); }

    /// Numbers from 0, each given to one rank; rank 0 gives them out while it searches itself.
    std::size_t take();
    /// To all others, in this search.
    void tell(const plan::MixedPoint& point);
    /// What the others told in this search since the last call.
    std::vector<plan::MixedPoint> heard();
    /// Ends a search: on rank 0 the results of all ranks, by rank; elsewhere `own` alone, at once.
    std::vector<Json> join(Json own);
    /// Waits until all ranks are here. With a failure of any rank: throws it.
    void leave(const std::optional<Error>& failure);

private:
    void send(int rank, std::uint32_t tag, const Json& payload);
    void poll();
    void take_in(const transport::Message& message);
    template <class Done>
    void wait(Done done);
    void stop_all();
    bool is_everybody_done() const { return done_ + 1 == ranks(); }

    transport::Transport& transport_;
    std::int64_t search_ = 0;  ///< the number of this search
    std::size_t next_ = 0;     ///< number to give out; rank 0
    std::optional<std::size_t> given_;
    std::vector<plan::MixedPoint> heard_;
    std::vector<std::optional<Json>> results_;  ///< by rank; rank 0
    std::vector<transport::Message> later_;     ///< of searches to come
    std::optional<Error> failure_;              ///< of some rank
    int done_ = 0;                              ///< ranks that left; rank 0
    bool go_ = false;
};

}  // namespace atl::app
