// SPDX-License-Identifier: Apache-2.0
// The engine's side of one island: which slot comes next, what is open, what is known, what is its share.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "atoll/engine/history.hpp"
#include "atoll/engine/island.hpp"
#include "atoll/engine/messages.hpp"

namespace atl::engine {

/// What earlier incarnations left: the island is restored already, this is the engine's part.
struct IslandProgress {
    std::uint64_t next_step = 0;
    std::uint64_t evaluations = 0;  ///< acknowledged before next_step, counted against the limit
    Score best;
    EvaluationKey best_key;
    std::vector<EvaluationRecord> known;  ///< for the history; candidates' bytes are not needed
    /// Of a deterministic run: records from next_step on, with candidates. Their slots are proposed again, and these
    /// are taken for what came of it.
    std::vector<EvaluationRecord> recorded;
    /// Questions that were asked before next_step, each evaluation's once: for their occurrences.
    std::vector<Sha256> asked;
};

struct IslandRunnerOptions {
    std::uint32_t batch = 16;
    std::optional<std::uint64_t> limit_evaluations;  ///< this island's share
    /// A step proposes from the state at its start and is committed as a whole, in slot order; a new epoch waits for
    /// begin_epoch().
    bool deterministic = false;
    std::uint64_t epoch_steps = 10;  ///< deterministic only
};

/// Invariant: slots are handed out in order, step by step; a step is complete once all its slots are committed.
class IslandRunner {
public:
    IslandRunner(std::uint32_t id, std::unique_ptr<Island> island, const IslandRunnerOptions& options,
                 IslandProgress progress);

    std::uint32_t id() const { return id_; }
    Island& island() { return *island_; }
    const std::shared_ptr<History>& history() const { return history_; }

    bool may_propose() const;
    /// Every evaluation of its share is acknowledged.
    bool exhausted() const { return options_.limit_evaluations && status_.evaluations >= *options_.limit_evaluations; }
    std::uint64_t proposed() const { return proposed_; }
    /// The next slot waits for a model.
    bool must_ask() const { return island_->must_ask(step_, slot_); }
    /// The proposal for the next slot.
    Proposal propose(bool may_ask);
    /// What an earlier incarnation recorded under this key.
    const EvaluationRecord* recorded(const EvaluationKey& key) const;
    /// A slot's last outcome, for the island to learn from: at once, or with its whole step in slot order.
    void finished(const EvaluationRecord& record);
    /// The slot will not come to an outcome: the run stops first.
    void cancelled(const EvaluationKey& key) { close(key); }
    void acknowledged(const EvaluationKey& key, const Score& score, Direction direction);

    /// Deterministic runs: all of the epoch, or of the share, is committed and acknowledged.
    bool at_epoch_end() const;
    void begin_epoch(std::uint64_t epoch) { epoch_end_step_ = (epoch + 1) * options_.epoch_steps; }

    std::uint64_t step() const { return step_; }
    bool at_step_start() const { return slot_ == 0; }
    /// The lowest step that still has an uncommitted slot: everything below is part of a snapshot taken now.
    std::uint64_t lowest_open_step() const { return open_by_step_.empty() ? step_ : open_by_step_.begin()->first; }
    const IslandStatus& status() const { return status_; }

private:
    bool within_limit() const { return !options_.limit_evaluations || proposed_ < *options_.limit_evaluations; }
    bool step_is_handed_out() const { return slot_ == 0 || !within_limit(); }
    void commit(const EvaluationRecord& record);
    void close(const EvaluationKey& key);

    std::uint32_t id_;
    std::unique_ptr<Island> island_;
    IslandRunnerOptions options_;
    std::uint64_t step_ = 0;
    std::uint32_t slot_ = 0;
    std::uint64_t proposed_ = 0;  ///< in all incarnations
    std::uint32_t open_slots_ = 0;
    std::map<std::uint64_t, std::uint32_t> open_by_step_;
    std::uint64_t epoch_end_step_ = 0;
    std::map<std::uint32_t, EvaluationRecord> held_;  ///< finished slots of the open step, by slot
    std::vector<EvaluationKey> acknowledged_while_held_;
    std::uint64_t unacknowledged_ = 0;
    std::unordered_map<EvaluationKey, EvaluationRecord> recorded_;
    std::shared_ptr<History> history_;
    IslandStatus status_;
};

/// Island `id`'s share of `limit` evaluations over `islands` islands, the first ones take the remainder; none for limit
/// 0.
std::optional<std::uint64_t> evaluation_share(std::uint64_t limit, std::uint32_t islands, std::uint32_t id);

}  // namespace atl::engine
