// SPDX-License-Identifier: Apache-2.0
// The engine's side of one island.
#include "atoll/engine/island_runner.hpp"

#include <utility>

namespace atl::engine {

IslandRunner::IslandRunner(std::uint32_t id, std::unique_ptr<Island> island, std::uint32_t batch,
                           std::optional<std::uint64_t> limit_evaluations, const IslandProgress& progress)
    : id_(id),
      island_(std::move(island)),
      batch_(batch),
      limit_(limit_evaluations),
      step_(progress.next_step),
      proposed_(progress.evaluations),
      history_(std::make_shared<History>()) {
    for (const EvaluationRecord& record : progress.known) history_->insert(record);
    status_ = {id, progress.evaluations, progress.best, progress.best_key};
}

Proposal IslandRunner::propose() {
    Proposal proposal = island_->propose(step_, slot_);
    proposal.key = {id_, step_, slot_, 0};
    ++open_by_step_[step_];
    ++open_slots_;
    ++proposed_;
    if (++slot_ == batch_) {
        slot_ = 0;
        ++step_;
    }
    return proposal;
}

void IslandRunner::committed(const EvaluationKey& key) {
    const auto found = open_by_step_.find(key.step);
    if (found == open_by_step_.end()) return;
    --open_slots_;
    if (--found->second == 0) open_by_step_.erase(found);
}

void IslandRunner::acknowledged(const EvaluationKey& key, const Score& score, Direction direction) {
    ++status_.evaluations;
    if (better(score, status_.best, direction)) {
        status_.best = score;
        status_.best_key = key;
    }
    island_->acknowledged(key);
}

std::optional<std::uint64_t> evaluation_share(std::uint64_t limit, std::uint32_t islands, std::uint32_t id) {
    if (limit == 0) return std::nullopt;
    return limit / islands + (id < limit % islands ? 1 : 0);
}

}  // namespace atl::engine
