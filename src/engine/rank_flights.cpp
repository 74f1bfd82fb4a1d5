// SPDX-License-Identifier: Apache-2.0
// The evaluations of a rank: proposed, made and judged on a worker, journaled, committed, acknowledged, migrated.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "atoll/core/error.hpp"
#include "atoll/engine/rank.hpp"
#include "atoll/journal/frame.hpp"
#include "flight.hpp"

namespace atl::engine {

namespace {

constexpr std::size_t most_reused_a_step = 256;

}  // namespace

void Rank::Flight::work(const Evaluator& evaluator) {
    try {
        if (!is_made) {
            const MonotonicClock clock;
            const Nanoseconds began = clock.now();
            made = proposal.question ? proposal.question->make(reply) : proposal.make();
            make_seconds = to_seconds(clock.now() - began);
            content = sha256(made.candidate.bytes);
            is_made = true;
        }
        if (made.refused) {
            outcome = {};
            outcome.verdict = *made.refused;
            return;
        }
        if (const auto known = history->find(content)) {
            cache_hit = true;
            outcome = {};
            outcome.verdict = known->verdict;
            outcome.score = known->score;
            outcome.origin = known->origin;
            return;
        }
        outcome = evaluator.evaluate({proposal.key, &made.candidate});
    } catch (const std::exception& error) {
        outcome = {};
        outcome.verdict = {VerdictKind::infrastructure, is_made ? "evaluator_failed" : "operator_failed", error.what()};
    }
}

/// Two pools with room of their own: workers, and questions on their way. While both have room, islands choose freely;
/// while no model can be asked, they go on with operators. A slot that only a model can fill waits for one, and may
/// then be asked for ahead of the workers.
void Rank::propose() {
    const std::size_t queue_limit = options_.queue_per_worker * parts_.executor.workers();
    std::size_t reused = 0;
    more_to_reuse_ = false;
    while (phase_ == Phase::running && open_ - asking_ < options_.unacknowledged_limit) {
        const bool workers_have_room = queued_ < queue_limit;
        const bool models_have_room = may_ask();
        if (!workers_have_room && !models_have_room) return;
        // The island that is furthest behind goes first, so that islands of one rank advance evenly.
        std::size_t chosen = runners_.size();
        for (std::size_t i = 0; i < runners_.size(); ++i) {
            if (!runners_[i]->may_propose()) continue;
            if (runners_[i]->must_ask() ? !models_have_room : !workers_have_room) continue;
            if (chosen == runners_.size() || runners_[i]->proposed() < runners_[chosen]->proposed()) chosen = i;
        }
        if (chosen == runners_.size()) return;
        const std::size_t open_before = queued_ + asking_;
        launch(chosen, models_have_room);
        if (queued_ + asking_ > open_before || ++reused < most_reused_a_step) continue;
        more_to_reuse_ = true;  // the loop looks after its messages in between
        return;
    }
}

void Rank::launch(std::size_t runner, bool may_ask) {
    IslandRunner& island = *runners_[runner];
    if (island.at_step_start() && island.step() > 0 && !options_.deterministic) {
        const std::uint64_t interval = options_.migration_interval;
        if (interval > 0 && island.step() % interval == 0) migrate(runner, island.step() / interval);
        if (options_.snapshot_interval > 0 && island.step() % options_.snapshot_interval == 0) snapshot(island);
    }
    Proposal proposal = island.propose(may_ask);
    if (reuse(runner, proposal)) return;
    auto flight = std::make_shared<Flight>();
    flight->runner = runner;
    flight->history = island.history();
    flight->proposal = std::move(proposal);
    ++open_;
    if (flight->proposal.question) {
        ask(flight);
    } else {
        submit(flight);
    }
}

/// Takes what an earlier incarnation recorded for this slot. Otherwise the proposal's attempt is the next one to make.
bool Rank::reuse(std::size_t runner, Proposal& proposal) {
    IslandRunner& island = *runners_[runner];
    while (const EvaluationRecord* found = island.recorded(proposal.key)) {
        const EvaluationRecord record = *found;  // it leaves the runner's store when it is committed
        const auto made = [&record](const Proposal& way) {
            return record.operator_name == way.operator_name && record.parent_1 == way.parent_1 &&
                   record.parent_2 == way.parent_2;
        };
        const Proposal* otherwise = proposal.question ? proposal.question->otherwise.get() : nullptr;
        if (!made(proposal) && (otherwise == nullptr || !made(*otherwise))) {
            throw InfrastructureError("evaluation " + to_string(record.key) + " was recorded as made by '" +
                                      record.operator_name +
                                      "' from other parents than this program would take; go on " +
                                      "with the build and on the CPU model that the run began with");
        }
        // A question without an answer is not asked again: no candidate came of it.
        const bool is_final = proposal.question.has_value() && record.candidate_sha256 == Sha256{};
        if (record.verdict.kind == VerdictKind::infrastructure && !is_final &&
            record.key.attempt + 1 < options_.maximum_attempts) {
            ++proposal.key.attempt;
            continue;
        }
        if (proposal.question && parts_.model != nullptr) parts_.model->skip(proposal.question->request);
        island.finished(record);
        const Score score = record.verdict.ok() ? record.score : Score{};
        island.acknowledged(record.key, score, options_.direction);
        announce_target(score, record.key);
        return true;
    }
    return false;
}

void Rank::submit(const std::shared_ptr<Flight>& flight) {
    ++queued_;
    Task task;
    task.work = [flight, &evaluator = parts_.evaluator] { flight->work(evaluator); };
    task.complete = [this, flight] {
        --queued_;
        finish(flight);
    };
    task.cancelled = [this, flight] {
        --queued_;
        runners_[flight->runner]->cancelled(flight->proposal.key);
    };
    parts_.executor.submit(std::move(task));
}

void Rank::finish(const std::shared_ptr<Flight>& flight) {
    if (phase_ != Phase::running && phase_ != Phase::stopping) return;  // abandoned
    IslandRunner& runner = *runners_[flight->runner];
    EvaluationRecord record;
    record.key = flight->proposal.key;
    record.parent_1 = flight->proposal.parent_1;
    record.parent_2 = flight->proposal.parent_2;
    record.operator_name = flight->proposal.operator_name;
    record.candidate_sha256 = flight->content;
    record.objective_calls = flight->made.objective_calls + (flight->cache_hit || flight->made.refused ? 0 : 1);
    record.usd = flight->usd;
    record.elapsed_seconds = elapsed();
    record.rank = static_cast<std::uint32_t>(parts_.transport.rank());
    record.cache_hit = flight->cache_hit;
    EvaluationOutcome& outcome = flight->outcome;
    record.verdict = std::move(outcome.verdict);
    record.score = outcome.score;
    record.origin = outcome.origin;
    record.stage = outcome.stage;
    record.wall_seconds = outcome.wall_seconds + flight->make_seconds;
    record.cpu_seconds = outcome.cpu_seconds + flight->made.cpu_seconds;
    record.peak_bytes = outcome.peak_bytes;
    record.metrics = std::move(outcome.metrics);

    const bool retry = record.verdict.kind == VerdictKind::infrastructure &&
                       record.key.attempt + 1 < options_.maximum_attempts && phase_ == Phase::running &&
                       !flight->is_final;
    record.candidate = retry ? flight->made.candidate : std::move(flight->made.candidate);
    // Only a verdict of ok makes a score count: for the best, for the target, for what is shown.
    const Score score = record.verdict.ok() ? record.score : Score{};
    const Unacknowledged entry{0, flight->runner, record.key, score, !retry};
    if (retry) {
        append(std::move(record), entry);
        ++flight->proposal.key.attempt;
        submit(flight);
        return;
    }
    durations_.add(record.wall_seconds);
    runner.finished(record);
    append(std::move(record), entry);
}

void Rank::append(Record record, Unacknowledged entry) {
    entry.sequence = parts_.journal.append(std::move(record));
    appended_ = entry.sequence;
    unacknowledged_.push_back(entry);
}

void Rank::acknowledge() {
    const std::uint64_t safe = parts_.journal.acknowledged();
    while (!unacknowledged_.empty() && unacknowledged_.front().sequence <= safe) {
        const Unacknowledged entry = unacknowledged_.front();
        unacknowledged_.pop_front();
        if (!entry.counts) continue;
        --open_;
        ++acknowledged_evaluations_;
        IslandRunner& runner = *runners_[entry.runner];
        runner.acknowledged(entry.key, entry.score, options_.direction);
        if (runner.exhausted()) next_status_ = now_;
        announce_target(entry.score, entry.key);
    }
}

void Rank::snapshot(IslandRunner& runner) {
    constexpr std::size_t kept_free = 64;  // island and step beside the state
    SnapshotRecord record{runner.id(), runner.lowest_open_step(), runner.island().snapshot()};
    if (record.state.size() + kept_free > journal::max_payload_bytes) {
        // A resumed run then replays what came after the last one that did fit.
        append(EventRecord{"snapshot_too_large", fmt::format("island {}: {} bytes", runner.id(), record.state.size()),
                           elapsed()},
               {});
        return;
    }
    append(std::move(record), {});
}

void Rank::migrate(std::size_t runner, std::uint64_t epoch) {
    std::vector<Migrant> migrants = runners_[runner]->island().emigrants(epoch);
    const auto ranks = static_cast<std::uint32_t>(parts_.transport.size());
    while (!migrants.empty()) {
        const std::uint32_t target = migrants.front().to_island % ranks;
        const auto others = std::stable_partition(migrants.begin(), migrants.end(), [&](const Migrant& migrant) {
            return migrant.to_island % ranks == target;
        });
        std::vector<Migrant> parcel(std::make_move_iterator(migrants.begin()), std::make_move_iterator(others));
        migrants.erase(migrants.begin(), others);
        if (target == static_cast<std::uint32_t>(parts_.transport.rank())) {
            deliver(std::move(parcel));
        } else {
            ++counts_.messages_sent;
            parts_.transport.send(
                {static_cast<int>(target), static_cast<std::uint32_t>(Tag::migrants), encode(parcel)});
        }
    }
}

void Rank::receive_migrants(const std::string& payload) {
    ++counts_.messages_received;
    // A migrant that comes after the end of proposing is counted, so that the run can end, and not taken in.
    if (phase_ == Phase::running) {
        deliver(decode_migrants(payload));
        if (epoch_reported_) send_epoch_report();
    } else if (phase_ == Phase::drained) {
        send_drained();
    }
}

void Rank::deliver(std::vector<Migrant> migrants) {
    for (Migrant& migrant : migrants) {
        if (options_.deterministic) {
            arrivals_.push_back(std::move(migrant));
        } else {
            immigrate(migrant);
        }
    }
}

void Rank::immigrate(const Migrant& migrant) {
    IslandRunner* runner = runner_of(migrant.to_island);
    if (runner == nullptr) return;
    runner->island().immigrate(migrant);
    ++migrations_;
    append(MigrationRecord{migrant.epoch, migrant.from_island, migrant.to_island, runner->step(), migrant.record.key,
                           elapsed()},
           {});
}

}  // namespace atl::engine
