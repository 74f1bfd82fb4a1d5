// SPDX-License-Identifier: Apache-2.0
// The engine's side of one island: which slot comes next, what is open, what is known, what is its share.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "atoll/engine/history.hpp"
#include "atoll/engine/island.hpp"
#include "atoll/engine/messages.hpp"

namespace atl::engine {

/// What earlier incarnations left: the island is restored already, this is the engine's part.
struct IslandProgress {
    std::uint64_t next_step = 0;
    std::uint64_t evaluations = 0;  ///< acknowledged so far, counted against the limit
    Score best;
    EvaluationKey best_key;
    std::vector<EvaluationRecord> known;  ///< for the history; candidates' bytes are not needed
};

/// Invariant: slots are handed out in order, step by step; a step is complete once all its slots are committed.
class IslandRunner {
public:
    IslandRunner(std::uint32_t id, std::unique_ptr<Island> island, std::uint32_t batch,
                 std::optional<std::uint64_t> limit_evaluations, const IslandProgress& progress);

    std::uint32_t id() const { return id_; }
    Island& island() { return *island_; }
    const std::shared_ptr<History>& history() const { return history_; }

    bool may_propose() const { return within_limit() && open_slots_ < batch_; }
    /// Every evaluation of its share is acknowledged.
    bool exhausted() const { return limit_ && status_.evaluations >= *limit_; }
    std::uint64_t proposed() const { return proposed_; }
    /// The proposal for the next slot.
    Proposal propose();
    void committed(const EvaluationKey& key);
    void acknowledged(const EvaluationKey& key, const Score& score, Direction direction);

    std::uint64_t step() const { return step_; }
    bool at_step_start() const { return slot_ == 0; }
    /// The lowest step that still has an uncommitted slot: everything below is part of a snapshot taken now.
    std::uint64_t lowest_open_step() const { return open_by_step_.empty() ? step_ : open_by_step_.begin()->first; }
    const IslandStatus& status() const { return status_; }

private:
    bool within_limit() const { return !limit_ || proposed_ < *limit_; }

    std::uint32_t id_;
    std::unique_ptr<Island> island_;
    std::uint32_t batch_;
    std::optional<std::uint64_t> limit_;  ///< this island's share of the evaluations
    std::uint64_t step_ = 0;
    std::uint32_t slot_ = 0;
    std::uint64_t proposed_ = 0;  ///< in all incarnations
    std::uint32_t open_slots_ = 0;
    std::map<std::uint64_t, std::uint32_t> open_by_step_;
    std::shared_ptr<History> history_;
    IslandStatus status_;
};

/// Island `id`'s share of `limit` evaluations over `islands` islands, the first ones take the remainder; none for limit
/// 0.
std::optional<std::uint64_t> evaluation_share(std::uint64_t limit, std::uint32_t islands, std::uint32_t id);

}  // namespace atl::engine
