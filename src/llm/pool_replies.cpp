// SPDX-License-Identifier: Apache-2.0
// The answering half of the pool: what a request came to, what it cost, and what is done next.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "atoll/core/hash.hpp"
#include "llm/pool_implementation.hpp"

namespace atl::llm {
namespace {

constexpr std::uint64_t hedges_in_requests = 10;  // one in so many at most, whatever the endpoints' latency

bool is_success(int status) { return status >= 200 && status < 300; }

/// Of a transfer that ended by itself without a usable reply.
Fault fault_of_end(const HttpReply& http) {
    if (http.end == TransferEnd::unsent) {
        return {"connect_failed", "no connection: " + http.text, Health::failing, true, false};
    }
    if (http.status >= 300) return fault_of_status(http.status, http.body);
    if (http.end == TransferEnd::oversized) {
        return {"oversized_body", "the reply is longer than allowed", Health::failing, true, true};
    }
    return {"cut_body", "the reply broke off: " + http.text, Health::failing, true, true};
}

}  // namespace

void EndpointPool::Implementation::ended(Attempt& attempt, const HttpReply& http) {
    attempt.transfer = nullptr;
    Outcome outcome;
    outcome.retry_after_seconds = http.retry_after_seconds;
    outcome.first_byte_seconds = http.first_byte_seconds;
    if (http.end == TransferEnd::stopped) {
        outcome.reply.has_text = true;
        outcome.reply.text = attempt.stream.text();
        outcome.reply.finish_reason = "cut";
    } else if (is_success(http.status) && (http.end == TransferEnd::complete || attempt.stream.is_finished())) {
        outcome.reply = attempt.stream.has_events() ? attempt.stream.take() : parse_completion(http.body);
        if (!outcome.reply.has_text) {
            outcome.fault = Fault{outcome.reply.reason, outcome.reply.error, Health::failing, true, true};
        }
    } else {
        outcome.fault = fault_of_end(http);
    }
    conclude(attempt, std::move(outcome));
}

void EndpointPool::Implementation::arm_timeout(Attempt& attempt) {
    const Nanoseconds total = attempt.started_at + from_seconds(options_.total_seconds);
    Nanoseconds silence = HttpTransfers::last_byte_at(*attempt.transfer) + from_seconds(options_.first_byte_seconds);
    // connecting has a timeout of its own
    if (silence <= now_) silence = now_ + from_seconds(options_.first_byte_seconds);
    timers_.set(attempt.timeout, std::min(total, silence), [this, &attempt] { timeout(attempt); });
}

void EndpointPool::Implementation::timeout(Attempt& attempt) {
    const bool is_connected = HttpTransfers::is_connected(*attempt.transfer);
    const Nanoseconds last_byte = HttpTransfers::last_byte_at(*attempt.transfer);
    const bool is_total = now_ >= attempt.started_at + from_seconds(options_.total_seconds);
    const bool is_silence = is_connected && now_ >= last_byte + from_seconds(options_.first_byte_seconds);
    if (!is_total && !is_silence) {
        arm_timeout(attempt);
        return;
    }
    http_.cancel(*std::exchange(attempt.transfer, nullptr));
    Outcome outcome;
    if (is_total) {
        outcome.fault = {"total_timeout", fmt::format("no whole reply within {} s", options_.total_seconds)};
    } else if (last_byte == attempt.started_at) {
        outcome.fault = {"first_byte_timeout", fmt::format("no reply within {} s", options_.first_byte_seconds)};
    } else {
        outcome.fault = {"silence_timeout", fmt::format("the reply stood still for {} s", options_.first_byte_seconds)};
    }
    outcome.fault->may_be_charged = is_connected;
    conclude(attempt, std::move(outcome));
}

void EndpointPool::Implementation::hedge(OpenQuestion& question) {
    if (question.attempts.size() != 1 || hedges_ * hedges_in_requests >= status_.requests) return;
    const std::size_t first = question.attempts.front().endpoint;
    const auto tokens = static_cast<double>(question.attempts.front().reservation.tokens.sum());
    const std::size_t second = choice_.choose_second(choice_.at(first).model, tokens, first, now_);
    if (second == no_endpoint) return;
    const Reservation reservation = reservation_for(question, second);
    if (budget_.reserve(reservation) == Grant::granted) send(question, second, reservation, true);
}

void EndpointPool::Implementation::conclude(Attempt& attempt, Outcome outcome) {
    OpenQuestion& question = *attempt.question;
    timers_.cancel(attempt.timeout);
    --choice_.at(attempt.endpoint).in_flight;
    settle(attempt, outcome.reply.usage, !outcome.fault || outcome.fault->may_be_charged);
    judge_endpoint(attempt, outcome);
    const std::size_t endpoint = attempt.endpoint;
    question.attempts.erase(attempt.place);
    question.call.model = models_[choice_.at(endpoint).model];
    question.call.endpoint = options_.endpoints[endpoint].base_url;
    if (!outcome.fault) {
        answer(question, outcome);
        return;
    }
    ++question.call.faults;
    outcome.fault->text = redacted(fmt::format("{}: {}", options_.endpoints[endpoint].base_url, outcome.fault->text));
    status_.last_error = outcome.fault->text;
    question.fault = std::move(outcome.fault);
    question.last_endpoint = endpoint;
    if (!question.attempts.empty()) return;  // its hedge, or what it hedged, may yet answer
    timers_.cancel(question.hedge);
    if (!question.fault->is_retried || question.tries >= options_.attempts) {
        give_up(question, ReplyStatus::failed, question.fault->reason, question.fault->text);
    } else {
        retry_later(question);
    }
}

void EndpointPool::Implementation::judge_endpoint(const Attempt& attempt, const Outcome& outcome) {
    EndpointState& state = choice_.at(attempt.endpoint);
    const Health health = outcome.fault ? outcome.fault->health : Health::alive;
    const Nanoseconds longest_pause = from_seconds(options_.circuit_longest_seconds);
    if (health == Health::alive || (health == Health::limited && attempt.is_probe)) {
        state.circuit.succeeded();
    } else if (health == Health::failing) {
        state.circuit.failed(now_, attempt.is_probe);
    } else if (health == Health::refusing) {
        state.circuit.refused(now_, longest_pause);
    }
    if (!outcome.fault || outcome.retry_after_seconds <= 0) return;
    constexpr double most_seconds = 1e6;
    const Nanoseconds pause = from_seconds(std::min(outcome.retry_after_seconds, most_seconds));
    if (pause > longest_pause) {
        state.circuit.refused(now_, pause);  // too long for questions to wait
    } else {
        state.paused_until = std::max(state.paused_until, now_ + pause);
    }
}

void EndpointPool::Implementation::settle(Attempt& attempt, const std::optional<Tokens>& usage, bool may_be_charged) {
    OpenQuestion& question = *attempt.question;
    const Reservation& reservation = attempt.reservation;
    PicoUsd picos = 0;
    if (usage) {
        picos = cost_of(*usage, prices_[attempt.endpoint]);
        budget_.settle(reservation, usage->sum(), picos);
        question.call.prompt_tokens += usage->prompt;
        question.call.completion_tokens += usage->completion;
        status_.prompt_tokens += usage->prompt;
        status_.completion_tokens += usage->completion;
    } else if (may_be_charged) {
        picos = reservation.picos;
        budget_.settle(reservation, reservation.tokens.sum(), picos);
        question.call.reserved_tokens += reservation.tokens.sum();
    } else {
        budget_.release(reservation);
    }
    question.picos += picos;
    picos_ += picos;
}

/// Its answer is no longer of interest; the server may work on, and charge for it.
void EndpointPool::Implementation::abandon(Attempt& attempt) {
    const bool is_connected = HttpTransfers::is_connected(*attempt.transfer);
    timers_.cancel(attempt.timeout);
    http_.cancel(*std::exchange(attempt.transfer, nullptr));
    EndpointState& state = choice_.at(attempt.endpoint);
    --state.in_flight;
    if (attempt.is_probe) state.circuit.probe_dropped();
    settle(attempt, std::nullopt, is_connected);
    attempt.question->attempts.erase(attempt.place);
}

void EndpointPool::Implementation::retry_later(OpenQuestion& question) {
    const double seconds = wait_seconds({options_.backoff_seconds, options_.backoff_longest_seconds}, options_.seed,
                                        question.request.key, question.call.faults);
    timers_.set(question.retry, now_ + from_seconds(seconds),
                [this, &question] { waiting_[question.request.model].emplace(question.sequence, &question); });
}

void EndpointPool::Implementation::answer(OpenQuestion& question, const Outcome& outcome) {
    while (!question.attempts.empty()) abandon(question.attempts.front());
    Reply reply;
    reply.status = ReplyStatus::ok;
    reply.text = redacted(outcome.reply.text);
    question.call.status = "ok";
    question.call.finish_reason = redacted(outcome.reply.finish_reason);
    question.call.first_byte_seconds = outcome.first_byte_seconds;
    question.call.reply_sha256 = sha256(reply.text);
    if (question.reuse) {
        cache_.keep(*question.reuse,
                    {reply.text, question.call.finish_reason, question.call.model, question.call.endpoint});
    }
    finish(question, reply);
}

void EndpointPool::Implementation::give_up(OpenQuestion& question, ReplyStatus status, const std::string& reason,
                                           const std::string& error) {
    Reply reply;
    reply.status = status;
    reply.reason = reason;
    reply.error = redacted(error);
    question.call.status = reason;
    finish(question, reply);
}

/// The only end of a question: it and those that follow it get the reply.
void EndpointPool::Implementation::finish(OpenQuestion& question, const Reply& reply) {
    timers_.cancel(question.hedge);
    timers_.cancel(question.retry);
    if (question.reuse) open_.erase(*question.reuse);
    const std::uint64_t callers = 1 + question.followers.size();
    if (reply.status == ReplyStatus::ok) status_.answered += callers;
    if (reply.status == ReplyStatus::failed) status_.failed += callers;
    Reply own = reply;
    own.call = question.call;
    own.call.usd = to_usd(question.picos);
    own.call.wall_seconds = to_seconds(now_ - question.asked_at);
    for (Follower& follower : question.followers) {
        Reply copy = reply;
        copy.call = std::move(follower.call);
        copy.call.model = question.call.model;
        copy.call.endpoint = question.call.endpoint;
        copy.call.reply_sha256 = question.call.reply_sha256;
        copy.call.status = question.call.status;
        copy.call.finish_reason = question.call.finish_reason;
        copy.call.reused = true;
        copy.call.wall_seconds = to_seconds(now_ - follower.asked_at);
        finished_.push_back({std::move(follower.done), std::move(copy)});
    }
    // the one that was sent is told before those that follow it
    finished_.insert(finished_.end() - static_cast<std::ptrdiff_t>(callers - 1),
                     Finished{std::move(question.done), std::move(own)});
    questions_.erase(question.place);
}

void EndpointPool::Implementation::cancel_all() {
    admit();
    for (auto& waiting : waiting_) waiting.clear();
    while (!questions_.empty()) {
        OpenQuestion& question = questions_.front();
        while (!question.attempts.empty()) abandon(question.attempts.front());
        give_up(question, ReplyStatus::cancelled, "cancelled", "the run stops");
    }
    deliver();
}

/// Servers may echo what they were sent.
std::string EndpointPool::Implementation::redacted(std::string text) const {
    constexpr std::string_view mask = "[key]";
    for (const Endpoint& endpoint : options_.endpoints) {
        if (endpoint.key.empty()) continue;
        for (auto at = text.find(endpoint.key); at != std::string::npos;
             at = text.find(endpoint.key, at + mask.size())) {
            text.replace(at, endpoint.key.size(), mask);
        }
    }
    return text;
}

}  // namespace atl::llm
