// SPDX-License-Identifier: Apache-2.0
// The pool's insides: a question waits, has one request on its way (two when hedged), waits again, and is answered.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <list>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "atoll/llm/endpoint_pool.hpp"
#include "llm/budget.hpp"
#include "llm/endpoint_choice.hpp"
#include "llm/http_transfers.hpp"
#include "llm/reply_cache.hpp"
#include "llm/reply_parser.hpp"
#include "llm/retry_policy.hpp"
#include "llm/timer_queue.hpp"

namespace atl::llm {

/// Invariants: every question is in exactly one of three states: in waiting_ (for an endpoint), with its retry timer
/// set, or with requests on their way; each of those holds a reservation in the budget. Callers are called back by
/// deliver() alone.
class EndpointPool::Implementation {
public:
    explicit Implementation(PoolOptions options);
    ~Implementation();
    Implementation(const Implementation&) = delete;
    Implementation& operator=(const Implementation&) = delete;

    void start(Question question);
    void poll(Nanoseconds now);
    void cancel_all();
    int descriptor() const { return http_.descriptor(); }
    Nanoseconds wake_at() const;
    bool available(Nanoseconds now) const;
    std::size_t concurrency() const { return choice_.concurrency(); }
    ClientStatus status() const;

private:
    struct OpenQuestion;

    /// One HTTP request of a question.
    struct Attempt {
        OpenQuestion* question = nullptr;
        std::size_t endpoint = 0;
        Transfer* transfer = nullptr;
        Reservation reservation;
        bool is_hedge = false;
        bool is_probe = false;
        Nanoseconds started_at = 0;
        TimerQueue::Timer timeout;
        StreamReader stream;
        std::list<Attempt>::iterator place;
    };
    /// Asked while an equal question was open; answered with it.
    struct Follower {
        LlmCallRecord call;
        Done done;
        Nanoseconds asked_at = 0;
    };
    struct OpenQuestion {
        std::uint64_t sequence = 0;  ///< order of asking
        Request request;
        Done done;
        Nanoseconds asked_at = 0;
        std::vector<std::string> bodies;  ///< by model, made when first needed
        std::uint64_t prompt_tokens = 0;  ///< at most
        LlmCallRecord call;
        PicoUsd picos = 0;
        std::optional<ReuseKey> reuse;
        std::vector<Follower> followers;
        std::list<Attempt> attempts;  ///< on their way
        std::uint32_t tries = 0;      ///< requests without hedges
        std::size_t last_endpoint = no_endpoint;
        std::optional<Fault> fault;  ///< the last one
        TimerQueue::Timer retry;
        TimerQueue::Timer hedge;
        std::list<OpenQuestion>::iterator place;
    };
    struct Finished {
        Done done;
        Reply reply;
    };
    /// What came of one request.
    struct Outcome {
        std::optional<Fault> fault;
        ParsedReply reply;  ///< with its usage, which a fault can have too
        double retry_after_seconds = 0;
        double first_byte_seconds = 0;
    };

    // asking (endpoint_pool.cpp)
    void admit();
    bool answer_by_reuse(OpenQuestion& question, Done& done);
    void dispatch();
    bool lift_name_gates();
    bool dispatch_first(std::map<std::uint64_t, OpenQuestion*>& waiting);
    void send(OpenQuestion& question, std::size_t endpoint, const Reservation& reservation, bool is_hedge);
    Reservation reservation_for(const OpenQuestion& question, std::size_t endpoint) const;
    const std::string& body_for(OpenQuestion& question, std::size_t model);
    void deliver();

    // being answered (pool_replies.cpp)
    void ended(Attempt& attempt, const HttpReply& http);
    void timeout(Attempt& attempt);
    void arm_timeout(Attempt& attempt);
    void hedge(OpenQuestion& question);
    void conclude(Attempt& attempt, Outcome outcome);
    void judge_endpoint(const Attempt& attempt, const Outcome& outcome);
    void settle(Attempt& attempt, const std::optional<Tokens>& usage, bool may_be_charged);
    void abandon(Attempt& attempt);
    void retry_later(OpenQuestion& question);
    void answer(OpenQuestion& question, const Outcome& outcome);
    void give_up(OpenQuestion& question, ReplyStatus status, const std::string& reason, const std::string& error);
    void finish(OpenQuestion& question, const Reply& reply);
    std::string redacted(std::string text) const;

    PoolOptions options_;
    std::vector<std::string> models_;
    std::vector<Price> prices_;  ///< by endpoint
    EndpointChoice choice_;
    Budget budget_;
    PicoUsd cheapest_reply_ = 0;  ///< of the endpoints
    ReplyCache cache_;
    TimerQueue timers_;  // outlives the questions, whose timers lie in it
    HttpTransfers http_;
    Nanoseconds now_ = 0;
    std::uint64_t next_sequence_ = 0;
    std::deque<Question> asked_;  ///< since the last poll
    std::list<OpenQuestion> questions_;
    std::unordered_map<ReuseKey, OpenQuestion*, ReuseKeyHasher> open_;  ///< those that equal ones may follow
    std::vector<std::map<std::uint64_t, OpenQuestion*>> waiting_;       ///< by model, in the order of asking
    Nanoseconds next_dispatch_ = 0;
    std::deque<Finished> finished_;
    ClientStatus status_;
    std::uint64_t hedges_ = 0;
    PicoUsd picos_ = 0;
};

}  // namespace atl::llm
