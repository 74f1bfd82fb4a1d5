// SPDX-License-Identifier: Apache-2.0
// One rank of a run: the order of a step, and how a run ends.
#include "atoll/engine/rank.hpp"

#include <algorithm>
#include <utility>

#include "atoll/core/error.hpp"
#include "flight.hpp"

namespace atl::engine {

Rank::Rank(RankParts parts, RankOptions options)
    : parts_(parts),
      options_(options),
      started_(parts.clock.now()),
      now_(started_),
      next_status_(started_),
      heard_from_coordinator_(started_) {
    if (parts_.transport.rank() == 0) {
        coordinator_ = std::make_unique<Coordinator>(
            parts_.transport,
            CoordinatorOptions{options.direction, options.limit_seconds, options.base_elapsed_seconds,
                               options.status_interval, options.peer_timeout},
            started_);
    }
}

Rank::~Rank() = default;

void Rank::add_island(std::uint32_t id, std::unique_ptr<Island> island, const IslandProgress& progress) {
    const auto share = evaluation_share(options_.limit_evaluations, options_.islands, id);
    runners_.push_back(std::make_unique<IslandRunner>(id, std::move(island), options_.batch, share, progress));
    announce_target(runners_.back()->status().best, runners_.back()->status().best_key);
}

void Rank::announce_target(const Score& score, const EvaluationKey& key) {
    if (!options_.target || target_announced_ || !reaches(score, *options_.target, options_.direction)) return;
    target_announced_ = true;
    request_stop({StopReason::target_reached, "proven by evaluation " + to_string(key)});
}

void Rank::on_status(std::function<void(const RunStatus&)> callback) {
    if (coordinator_) coordinator_->on_status(std::move(callback));
}

transport::StepResult Rank::step(Nanoseconds now) {
    if (phase_ == Phase::finished) return leave(now);
    // A gap in this rank's own steps (a suspended job) is not the coordinator's silence.
    if (now - now_ > options_.peer_timeout / 4) heard_from_coordinator_ += now - now_;
    now_ = now;
    const Phase phase_before = phase_;
    try {
        receive_messages(now);
        parts_.executor.poll(now);
        acknowledge();
        for (Source* source : sources_) source->poll(now);
        propose(now);
        advance_phase();
    } catch (const InfrastructureError& error) {
        fail(error.what());
    }
    send_status(now);
    receive_messages(now);  // what this rank just sent to itself
    if (coordinator_) coordinator_->step(now);
    const bool news = receive_messages(now);

    if (phase_ == Phase::finished) return leave(now);
    if (news || phase_ != phase_before) return {false, now};
    Nanoseconds wake = std::min(next_status_, parts_.executor.next_completion());
    if (coordinator_) wake = std::min(wake, coordinator_->wake_at());
    for (const Source* source : sources_) wake = std::min(wake, source->wake_at());
    return {false, wake};
}

transport::StepResult Rank::leave(Nanoseconds now) {
    receive_messages(now);
    const bool done = parts_.transport.idle() && (coordinator_ == nullptr || coordinator_->everybody_has_left(now));
    return {done, now + 1'000'000};
}

std::vector<int> Rank::descriptors() const {
    std::vector<int> all{parts_.executor.descriptor(), parts_.journal.descriptor()};
    for (const Source* source : sources_) all.push_back(source->descriptor());
    std::erase(all, -1);
    return all;
}

double Rank::elapsed() const { return options_.base_elapsed_seconds + to_seconds(now_ - started_); }

bool Rank::receive_messages(Nanoseconds now) {
    bool any = false;
    while (auto message = parts_.transport.receive()) {
        any = true;
        if (message->peer == 0) heard_from_coordinator_ = now;
        switch (static_cast<Tag>(message->tag)) {
            case Tag::status:
            case Tag::stop_request:
            case Tag::drained:
            case Tag::goodbye:
                if (coordinator_) coordinator_->receive(*message, now);
                break;
            case Tag::migrants:
                receive_migrants(message->payload);
                break;
            case Tag::stop:
                begin_stopping(decode_stop_request(message->payload));
                break;
            case Tag::finish:
                stop_ = decode_stop_request(message->payload);
                phase_ = Phase::finished;
                parts_.transport.send({0, static_cast<std::uint32_t>(Tag::goodbye), {}});
                break;
            default:
                break;
        }
    }
    if (coordinator_ == nullptr && phase_ != Phase::finished && now - heard_from_coordinator_ > options_.peer_timeout) {
        stop_ = {StopReason::failure,
                 "rank 0 has been silent for too long and is taken for lost; go on with 'atoll resume'"};
        coordinator_is_lost_ = true;
        phase_ = Phase::finished;
    }
    return any;
}

void Rank::begin_stopping(const StopRequest& request) {
    if (stop_.reason == StopReason::none || request.reason == StopReason::failure) stop_ = request;
    parts_.journal.release_reserve();
    if (phase_ == Phase::running) phase_ = Phase::stopping;
}

void Rank::request_stop(const StopRequest& request) {
    if (phase_ != Phase::running) return;
    begin_stopping(request);
    parts_.transport.send({0, static_cast<std::uint32_t>(Tag::stop_request), encode(request)});
}

void Rank::fail(const std::string& text) {
    if (!failure_.empty()) return;
    failure_ = text;
    begin_stopping({StopReason::failure, text});
    phase_ = Phase::drained;
    counts_.failed = true;
    counts_.failure = "rank " + std::to_string(parts_.transport.rank()) + ": " + text;
    send_drained();
}

void Rank::advance_phase() {
    if (phase_ == Phase::stopping && queued_ == 0) {
        for (const auto& runner : runners_) {
            append(SnapshotRecord{runner->id(), runner->lowest_open_step(), runner->island().snapshot()}, {});
        }
        append(EventRecord{"stopped", std::string(to_string(stop_.reason)) + ": " + stop_.text, elapsed()}, {});
        phase_ = Phase::syncing;
    }
    if (phase_ == Phase::syncing && parts_.journal.acknowledged() == appended_) {
        acknowledge();
        phase_ = Phase::drained;
        next_status_ = now_;  // the last status goes out before `drained` does
        send_status(now_);
        send_drained();
    }
}

void Rank::send_drained() { parts_.transport.send({0, static_cast<std::uint32_t>(Tag::drained), encode(counts_)}); }

void Rank::send_status(Nanoseconds now) {
    if (now < next_status_ || phase_ == Phase::finished) return;
    next_status_ = now + options_.status_interval;
    RankStatus status;
    status.acknowledged = acknowledged_evaluations_;
    status.in_flight = queued_;
    status.migrations = migrations_;
    status.journal_records = appended_;
    status.exhausted =
        std::all_of(runners_.begin(), runners_.end(), [](const auto& runner) { return runner->exhausted(); });
    for (const auto& runner : runners_) status.islands.push_back(runner->status());
    parts_.transport.send({0, static_cast<std::uint32_t>(Tag::status), encode(status)});
}

IslandRunner* Rank::runner_of(std::uint32_t island) {
    const auto found =
        std::find_if(runners_.begin(), runners_.end(), [island](const auto& runner) { return runner->id() == island; });
    return found == runners_.end() ? nullptr : found->get();
}

}  // namespace atl::engine
