// SPDX-License-Identifier: Apache-2.0
// A pool whose loop is run by the test until every question is answered.
#pragma once

#include <gtest/gtest.h>
#include <poll.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "atoll/core/clock.hpp"
#include "atoll/llm/endpoint_pool.hpp"

namespace atl::llm {

inline Endpoint endpoint_at(const std::string& url, const std::string& model = "model-a", std::size_t concurrency = 8) {
    Endpoint endpoint;
    endpoint.base_url = url;
    endpoint.model = model;
    endpoint.concurrency = concurrency;
    return endpoint;
}

/// Waits are short, so that tests are.
inline PoolOptions quick_options(std::vector<Endpoint> endpoints) {
    PoolOptions options;
    options.endpoints = std::move(endpoints);
    options.call.max_tokens = 100;
    options.backoff_seconds = 0.01;
    options.backoff_longest_seconds = 0.05;
    options.circuit_open_seconds = 0.1;
    options.circuit_longest_seconds = 2;
    options.circuit_quiet_seconds = 0;
    return options;
}

inline Request question(const std::string& text, std::uint32_t slot = 0, std::uint32_t island = 0) {
    Request request;
    request.key = {island, 0, slot, 0};
    request.messages = {{"user", text}};
    return request;
}

class PoolUnderTest {
public:
    explicit PoolUnderTest(PoolOptions options) : pool(std::move(options)) {}

    /// Returns the question's number; its reply comes into `replies`.
    std::size_t ask(Request request) {
        const std::size_t number = asked_++;
        is_asking_ = true;
        pool.ask(std::move(request), [this, number](Reply reply) {
            EXPECT_FALSE(replies.contains(number)) << "called back twice";
            EXPECT_FALSE(is_asking_) << "called back inside ask()";
            order.push_back(number);
            replies[number] = std::move(reply);
        });
        is_asking_ = false;
        return number;
    }
    std::size_t ask(const std::string& text) { return ask(question(text, static_cast<std::uint32_t>(asked_))); }

    void step() {
        const std::size_t before = replies.size();
        pool.poll(clock.now());
        if (replies.size() > before) return;
        const Nanoseconds wait = std::clamp<Nanoseconds>(pool.wake_at() - clock.now(), 0, from_seconds(0.05));
        pollfd item{pool.descriptor(), POLLIN, 0};
        const timespec timeout{wait / nanoseconds_per_second, wait % nanoseconds_per_second};
        ppoll(&item, 1, &timeout, nullptr);
    }
    /// Until all are answered; `patience_seconds` is far beyond what it takes.
    void run(double patience_seconds = 30) {
        const Nanoseconds end = clock.now() + from_seconds(patience_seconds);
        while (replies.size() < asked_ && clock.now() < end) step();
        ASSERT_EQ(replies.size(), asked_) << "questions without an answer; last error: " << pool.status().last_error;
    }
    void run_for(double seconds) {
        const Nanoseconds end = clock.now() + from_seconds(seconds);
        while (clock.now() < end) step();
    }

    MonotonicClock clock;
    EndpointPool pool;
    std::map<std::size_t, Reply> replies;
    std::vector<std::size_t> order;  ///< of the answers

private:
    std::size_t asked_ = 0;
    bool is_asking_ = false;
};

}  // namespace atl::llm
