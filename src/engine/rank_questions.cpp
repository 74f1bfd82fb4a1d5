// SPDX-License-Identifier: Apache-2.0
// Questions to models: asked, journaled with what they cost, and turned into flights; what happens when none is
// answered.
#include <fmt/format.h>

#include <utility>

#include "atoll/engine/rank.hpp"
#include "flight.hpp"

namespace atl::engine {

bool Rank::may_ask() const {
    if (parts_.model == nullptr) return false;
    // What a deterministic step asks does not depend on who has room: the client queues it.
    if (options_.deterministic) return true;
    const std::size_t room = parts_.model->concurrency();
    // Replies that wait for a worker are as good as questions on their way: no more of both than twice the room.
    return asking_ < room && queued_ < options_.queue_per_worker * parts_.executor.workers() + room &&
           parts_.model->available(now_);
}

void Rank::ask(const std::shared_ptr<Flight>& flight) {
    ++asking_;
    parts_.model->ask(flight->proposal.question->request, [this, flight](llm::Reply reply) {
        --asking_;
        answered(flight, std::move(reply));
    });
}

void Rank::answered(const std::shared_ptr<Flight>& flight, llm::Reply reply) {
    if (phase_ != Phase::running && phase_ != Phase::stopping) return;  // abandoned
    reply.call.elapsed_seconds = elapsed();
    reply.call.rank = static_cast<std::uint32_t>(parts_.transport.rank());
    flight->usd = reply.call.usd;
    const bool is_ok = reply.status == llm::ReplyStatus::ok;
    if (is_ok) {
        reply.call.reply = reply.text;
        reply.call.reply_sha256 = sha256(reply.text);
        flight->reply = std::move(reply.text);
    }
    // A question that was never sent has cost nothing and says nothing.
    if (reply.status != llm::ReplyStatus::cancelled || reply.call.requests > 0) append(std::move(reply.call), {});
    if (reply.status == llm::ReplyStatus::cancelled) {
        runners_[flight->runner]->cancelled(flight->proposal.key);
        return;
    }
    if (!is_ok && reply.status != llm::ReplyStatus::missing && flight->proposal.question->otherwise) {
        const EvaluationKey key = flight->proposal.key;
        const std::shared_ptr<Proposal> otherwise = flight->proposal.question->otherwise;
        flight->proposal = std::move(*otherwise);
        flight->proposal.key = key;
    } else if (!is_ok) {
        flight->is_final = true;
        flight->outcome = {};
        flight->outcome.verdict = {VerdictKind::infrastructure, reply.reason, reply.error};
        finish(flight);
        return;
    }
    submit(flight);
}

llm::ClientStatus Rank::model_status() const {
    llm::ClientStatus status = parts_.model->status();
    status.available = !model_gone_since_;
    status.unavailable_seconds = model_gone_seconds_;
    if (model_gone_since_) status.unavailable_seconds += to_seconds(now_ - *model_gone_since_);
    return status;
}

/// Journals when models can not be asked any more, and when they can again.
void Rank::watch_model() {
    if (parts_.model == nullptr || phase_ != Phase::running) return;
    const bool available = parts_.model->available(now_);
    if (!available && !model_gone_since_) {
        model_gone_since_ = now_;
        answered_before_gone_ = parts_.model->status().answered;
        append(EventRecord{"model_unavailable", parts_.model->status().last_error, elapsed()}, {});
    } else if (available && model_gone_since_ && parts_.model->status().answered > answered_before_gone_) {
        // That one may be asked is no answer yet.
        const double seconds = to_seconds(now_ - *model_gone_since_);
        model_gone_seconds_ += seconds;
        model_gone_since_.reset();
        append(EventRecord{"model_available", fmt::format("after {:.1f} s", seconds), elapsed()}, {});
    }
}

}  // namespace atl::engine
