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
      options_(std::move(options)),
      started_(parts.clock.now()),
      now_(started_),
      next_status_(started_),
      heard_from_coordinator_(started_) {
    if (parts_.transport.rank() == 0) {
        coordinator_ = std::make_unique<Coordinator>(
            parts_.transport,
            CoordinatorOptions{options_.direction, options_.limit_seconds, options_.base_elapsed_seconds,
                               options_.status_interval, options_.peer_timeout, options_.deterministic, options_.hosts},
            started_);
    }
}

Rank::~Rank() = default;

void Rank::add_island(std::uint32_t id, std::unique_ptr<Island> island, IslandProgress progress) {
    const IslandRunnerOptions options{options_.batch,
                                      evaluation_share(options_.limit_evaluations, options_.islands, id),
                                      options_.deterministic, options_.epoch_steps()};
    begin_at(progress.next_step);
    if (parts_.model != nullptr) {
        for (const Sha256& request : progress.asked) parts_.model->skip(id, request);
    }
    runners_.push_back(std::make_unique<IslandRunner>(id, std::move(island), options, std::move(progress)));
    announce_target(runners_.back()->status().best, runners_.back()->status().best_key);
}

void Rank::begin_at(std::uint64_t step) {
    if (!options_.deterministic) return;
    epoch_ = step / options_.epoch_steps();
    if (coordinator_) coordinator_->begin_at(epoch_);
}

void Rank::announce_target(const Score& score, const EvaluationKey& key) {
    if (!options_.target || proof_ || !reaches(score, *options_.target, options_.direction)) return;
    proof_ = "proven by evaluation " + to_string(key);
    if (!options_.deterministic) request_stop({StopReason::target_reached, *proof_});
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
        if (!has_begun_) begin();
        receive_messages(now);
        parts_.executor.poll(now);
        if (parts_.model != nullptr) parts_.model->poll(now);
        acknowledge();
        for (Source* source : sources_) source->poll(now);
        watch_walltime();
        watch_model();
        propose();
        end_epoch();
        advance_phase();
    } catch (const InfrastructureError& error) {
        fail(error.what());
    }
    send_status(now);
    receive_messages(now);  // what this rank just sent to itself
    if (coordinator_) coordinator_->step(now);
    const bool news = receive_messages(now);

    if (phase_ == Phase::finished) return leave(now);
    if (news || phase_ != phase_before || more_to_reuse_) return {false, now};
    return {false, wake_at()};
}

Nanoseconds Rank::wake_at() const {
    Nanoseconds wake = std::min(next_status_, parts_.executor.next_completion());
    if (phase_ == Phase::stopping) wake = std::min(wake, drain_until_);
    if (coordinator_) wake = std::min(wake, coordinator_->wake_at());
    for (const Source* source : sources_) wake = std::min(wake, source->wake_at());
    if (parts_.model != nullptr) wake = std::min(wake, parts_.model->wake_at());
    return wake;
}

void Rank::begin() {
    has_begun_ = true;
    if (coordinator_) append(EventRecord{"began", std::to_string(parts_.transport.size()) + " ranks", elapsed()}, {});
}

transport::StepResult Rank::leave(Nanoseconds now) {
    receive_messages(now);
    // What was sent to a lost rank may never get out, and nobody else is waiting for anything by then.
    const bool lost = coordinator_is_lost_ || (coordinator_ != nullptr && coordinator_->status().ranks_lost > 0);
    const bool done =
        (lost || parts_.transport.idle()) && (coordinator_ == nullptr || coordinator_->everybody_has_left(now));
    return {done, now + 1'000'000};
}

std::vector<int> Rank::descriptors() const {
    std::vector<int> all{parts_.executor.descriptor(), parts_.journal.descriptor()};
    for (const Source* source : sources_) all.push_back(source->descriptor());
    if (parts_.model != nullptr) all.push_back(parts_.model->descriptor());
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
            case Tag::epoch_done:
            case Tag::goodbye:
                if (coordinator_) coordinator_->receive(*message, now);
                break;
            case Tag::migrants:
                receive_migrants(message->payload);
                break;
            case Tag::epoch_begin:
                begin_epoch(decode_epoch(message->payload));
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
    if (phase_ != Phase::running) return;
    phase_ = Phase::stopping;
    double patience = std::min(options_.drain_seconds, request.drain_seconds);
    if (options_.walltime_end) {
        // Half of the margin stays for what comes after the last evaluation.
        const double left = to_seconds(*options_.walltime_end - now_) - options_.walltime_margin_seconds / 2;
        patience = std::max(0.0, std::min(patience, left));
    }
    drain_until_ = now_ + from_seconds(patience);
    parts_.executor.cancel_queued();
    // Replies may take longer than a stop may wait; what they would have cost is charged.
    if (parts_.model != nullptr) parts_.model->cancel_all();
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
    if (phase_ == Phase::stopping && (queued_ == 0 || now_ >= drain_until_)) {
        abandoned_ = queued_;
        // A deterministic run goes on from where all islands stood at once, which is the last epoch's begin.
        for (const auto& runner : runners_) {
            if (!options_.deterministic) snapshot(*runner);
        }
        if (abandoned_ > 0) {
            append(EventRecord{"abandoned", std::to_string(abandoned_) + " evaluations still ran", elapsed()}, {});
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

bool Rank::exhausted() const {
    return std::all_of(runners_.begin(), runners_.end(), [](const auto& runner) { return runner->exhausted(); });
}

void Rank::send_drained() { parts_.transport.send({0, static_cast<std::uint32_t>(Tag::drained), encode(counts_)}); }

void Rank::send_status(Nanoseconds now) {
    if (now < next_status_ || phase_ == Phase::finished) return;
    next_status_ = now + options_.status_interval;
    RankStatus status;
    status.acknowledged = acknowledged_evaluations_;
    status.in_flight = queued_;
    status.asking = asking_;
    if (parts_.model != nullptr) status.model = model_status();
    status.migrations = migrations_;
    status.journal_records = appended_;
    status.exhausted = exhausted();
    for (const auto& runner : runners_) status.islands.push_back(runner->status());
    parts_.transport.send({0, static_cast<std::uint32_t>(Tag::status), encode(status)});
}

IslandRunner* Rank::runner_of(std::uint32_t island) {
    const auto found =
        std::find_if(runners_.begin(), runners_.end(), [island](const auto& runner) { return runner->id() == island; });
    return found == runners_.end() ? nullptr : found->get();
}

}  // namespace atl::engine
