// SPDX-License-Identifier: Apache-2.0
// The engine's side of one island.
#include "atoll/engine/island_runner.hpp"

#include <utility>

namespace atl::engine {

IslandRunner::IslandRunner(std::uint32_t id, std::unique_ptr<Island> island, const IslandRunnerOptions& options,
                           IslandProgress progress)
    : id_(id),
      island_(std::move(island)),
      options_(options),
      step_(progress.next_step),
      proposed_(progress.evaluations),
      history_(std::make_shared<History>()) {
    for (const EvaluationRecord& record : progress.known) history_->insert(record);
    for (EvaluationRecord& record : progress.recorded) {
        const EvaluationKey key = record.key;
        recorded_.emplace(key, std::move(record));
    }
    begin_epoch(step_ / options_.epoch_steps);
    status_ = {id, progress.evaluations, progress.best, progress.best_key};
}

bool IslandRunner::may_propose() const {
    if (!within_limit() || open_slots_ >= options_.batch) return false;
    if (!options_.deterministic || slot_ > 0) return true;
    return open_slots_ == 0 && step_ < epoch_end_step_;
}

Proposal IslandRunner::propose(bool may_ask) {
    Proposal proposal = island_->propose(step_, slot_, may_ask);
    proposal.key = {id_, step_, slot_, 0};
    ++open_by_step_[step_];
    ++open_slots_;
    ++proposed_;
    ++unacknowledged_;
    if (++slot_ == options_.batch) {
        slot_ = 0;
        ++step_;
    }
    return proposal;
}

const EvaluationRecord* IslandRunner::recorded(const EvaluationKey& key) const {
    const auto found = recorded_.find(key);
    return found == recorded_.end() ? nullptr : &found->second;
}

void IslandRunner::finished(const EvaluationRecord& record) {
    if (!options_.deterministic) {
        commit(record);
        return;
    }
    held_.emplace(record.key.slot, record);
    if (held_.size() < open_slots_ || !step_is_handed_out()) return;
    for (const auto& [slot, each] : held_) commit(each);
    held_.clear();
    for (const EvaluationKey& key : acknowledged_while_held_) island_->acknowledged(key);
    acknowledged_while_held_.clear();
}

void IslandRunner::commit(const EvaluationRecord& record) {
    history_->insert(record);
    island_->commit(record);
    close(record.key);
    recorded_.erase(record.key);
}

void IslandRunner::close(const EvaluationKey& key) {
    const auto found = open_by_step_.find(key.step);
    if (found == open_by_step_.end()) return;
    --open_slots_;
    if (--found->second == 0) open_by_step_.erase(found);
}

void IslandRunner::acknowledged(const EvaluationKey& key, const Score& score, Direction direction) {
    ++status_.evaluations;
    --unacknowledged_;
    if (better(score, status_.best, direction)) {
        status_.best = score;
        status_.best_key = key;
    }
    if (options_.deterministic && open_by_step_.contains(key.step)) {
        acknowledged_while_held_.push_back(key);
    } else {
        island_->acknowledged(key);
    }
}

bool IslandRunner::at_epoch_end() const {
    return open_slots_ == 0 && unacknowledged_ == 0 && (!within_limit() || (slot_ == 0 && step_ >= epoch_end_step_));
}

std::optional<std::uint64_t> evaluation_share(std::uint64_t limit, std::uint32_t islands, std::uint32_t id) {
    if (limit == 0) return std::nullopt;
    return limit / islands + (id < limit % islands ? 1 : 0);
}

}  // namespace atl::engine
