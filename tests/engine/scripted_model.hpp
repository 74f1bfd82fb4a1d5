// SPDX-License-Identifier: Apache-2.0
// A model in virtual time: its replies are a function of the request, its latency and failures of a script.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "atoll/core/clock.hpp"
#include "atoll/llm/client.hpp"

namespace atl::engine::testing {

struct ModelScript {
    std::size_t room = 4;
    Nanoseconds latency = 50'000'000;
    /// Of the n-th question: false gives a failure "http_503".
    std::function<bool(std::uint64_t)> answers = [](std::uint64_t) { return true; };
    Nanoseconds gone_from = 0;   ///< not available from here ...
    Nanoseconds gone_until = 0;  ///< ... to here
};

class ScriptedModel final : public llm::Client {
public:
    explicit ScriptedModel(ModelScript script) : Client({}, {"script"}), script_(std::move(script)) {}

    void poll(Nanoseconds now) override {
        now_ = now;
        for (auto& [due, question] : std::exchange(asked_, {})) {
            const Nanoseconds at = due == 0 ? now + script_.latency + jitter(question) : due;
            if (due == 0 || at > now) {
                asked_.emplace_back(at, std::move(question));
            } else {
                finish(std::move(question));
            }
        }
    }
    void cancel_all() override {
        for (auto& [due, question] : std::exchange(asked_, {})) {
            llm::Reply reply;
            reply.status = llm::ReplyStatus::cancelled;
            reply.call = question.call;
            reply.call.status = "cancelled";
            reply.call.requests = 1;
            ++cancelled;
            question.done(std::move(reply));
        }
    }
    Nanoseconds wake_at() const override {
        Nanoseconds wake = now_ < script_.gone_until ? script_.gone_until : std::numeric_limits<Nanoseconds>::max();
        for (const auto& [due, question] : asked_) wake = std::min(wake, due);
        return wake;
    }
    bool available(Nanoseconds now) const override { return now < script_.gone_from || now >= script_.gone_until; }
    std::size_t concurrency() const override { return script_.room; }
    llm::ClientStatus status() const override { return status_; }

    std::size_t most_at_once = 0;
    std::uint64_t cancelled = 0;

protected:
    void start(llm::Question question) override {
        ++status_.asked;
        asked_.emplace_back(0, std::move(question));
        most_at_once = std::max(most_at_once, asked_.size());
    }

private:
    /// Replies come back in another order than they were asked in.
    static Nanoseconds jitter(const llm::Question& question) {
        return Nanoseconds{question.call.request_sha256[0]} * 100'000;
    }
    void finish(llm::Question question) {
        llm::Reply reply;
        reply.call = question.call;
        reply.call.requests = 1;
        if (script_.answers(status_.answered + status_.failed)) {
            ++status_.answered;
            reply.status = llm::ReplyStatus::ok;
            reply.text = "reply " + to_hex(question.call.request_sha256).substr(0, 4);
            reply.call.status = "ok";
        } else {
            ++status_.failed;
            reply.reason = reply.call.status = "http_503";
            reply.error = status_.last_error = "the server is overloaded";
        }
        question.done(std::move(reply));
    }

    ModelScript script_;
    std::vector<std::pair<Nanoseconds, llm::Question>> asked_;
    llm::ClientStatus status_;
    Nanoseconds now_ = 0;
};

}  // namespace atl::engine::testing
