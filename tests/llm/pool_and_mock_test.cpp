// SPDX-License-Identifier: Apache-2.0
// The pool against the mock server: nearly a third of the requests go wrong, and the books still agree.
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <thread>

#include "atoll/llm/mock_server.hpp"
#include "llm/pool_under_test.hpp"
#include "llm/running_mock.hpp"

namespace atl::llm {
namespace {

struct Sums {
    std::uint64_t prompt_tokens = 0;
    std::uint64_t completion_tokens = 0;
    std::uint64_t reserved_tokens = 0;
    std::uint64_t requests = 0;
    std::uint64_t faults = 0;
    std::uint64_t answered = 0;
};

Sums sums_of(const PoolUnderTest& test) {
    Sums sums;
    for (const auto& [number, reply] : test.replies) {
        sums.prompt_tokens += reply.call.prompt_tokens;
        sums.completion_tokens += reply.call.completion_tokens;
        sums.reserved_tokens += reply.call.reserved_tokens;
        sums.requests += reply.call.requests;
        sums.faults += reply.call.faults;
        sums.answered += reply.status == ReplyStatus::ok ? 1 : 0;
    }
    return sums;
}

/// Once the server has counted all that it sent.
MockStatistics settled(const RunningMock& mock) {
    MockStatistics server = mock.server.statistics();
    for (int i = 0; i < 1000 && server.in_flight > 0; ++i) {
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
        server = mock.server.statistics();
    }
    return server;
}

TEST(PoolAndMock, ThreeHundredQuestionsWithThirtyPercentFaultsAreAllAnswered) {
    MockOptions mock_options;
    mock_options.seed = 11;
    mock_options.latency_seconds = 0.01;
    mock_options.vary = true;
    mock_options.retry_after_seconds = 1;
    mock_options.faults.rate_limited = 0.004;
    mock_options.faults.rate_limited_bare = 0.06;
    mock_options.faults.server_error = 0.06;
    mock_options.faults.cut = 0.06;
    mock_options.faults.html = 0.04;
    mock_options.faults.garbage = 0.04;
    mock_options.faults.huge = 0.01;
    RunningMock mock(mock_options);
    PoolOptions options = quick_options({endpoint_at(mock.url(), "mock", 32)});
    options.attempts = 20;
    options.circuit_failures = 1000;  // failures may all come in a row on a busy machine
    options.budget_tokens = 1'000'000;
    PoolUnderTest test(options);
    for (int i = 0; i < 300; ++i) test.ask("question " + std::to_string(i) + "\nint f() { return 1; }");
    test.run(60);
    const Sums sums = sums_of(test);
    const MockStatistics server = settled(mock);
    EXPECT_EQ(sums.answered, 300U);
    EXPECT_EQ(sums.requests, server.requests);
    EXPECT_GT(server.faults, 50U);
    EXPECT_LE(static_cast<double>(server.requests), 1.15 * static_cast<double>(300 + server.faults));
    EXPECT_EQ(sums.prompt_tokens, server.prompt_tokens);
    EXPECT_EQ(sums.completion_tokens, server.completion_tokens);
    EXPECT_LE(sums.prompt_tokens + sums.completion_tokens + sums.reserved_tokens, 1'000'000U);
    EXPECT_EQ(test.pool.status().prompt_tokens, sums.prompt_tokens);
    EXPECT_EQ(test.pool.status().requests, sums.requests);
}

TEST(PoolAndMock, WhoIsSilentOrOvertakenIsChargedAtItsMost) {
    MockOptions mock_options;
    mock_options.seed = 12;
    mock_options.latency_seconds = 0.01;
    mock_options.vary = true;
    mock_options.faults.stall = 0.2;
    RunningMock mock(mock_options);
    PoolOptions options = quick_options({endpoint_at(mock.url(), "mock", 32)});
    options.attempts = 100;
    options.first_byte_seconds = 0.5;
    options.hedge_after_seconds = 0.2;
    options.circuit_failures = 1000;
    PoolUnderTest test(options);
    for (int i = 0; i < 60; ++i) test.ask("question " + std::to_string(i) + "\nint f() { return 1; }");
    test.run(60);
    const Sums sums = sums_of(test);
    const MockStatistics server = settled(mock);
    EXPECT_EQ(sums.answered, 60U);
    EXPECT_EQ(sums.requests, server.requests);
    EXPECT_GT(sums.reserved_tokens, 0U);
    const std::uint64_t told = server.prompt_tokens + server.completion_tokens;
    EXPECT_LE(sums.prompt_tokens + sums.completion_tokens, told);
    EXPECT_GE(sums.prompt_tokens + sums.completion_tokens + sums.reserved_tokens, told);
}

TEST(PoolAndMock, HundredsAtOnce) {
    MockOptions mock_options;
    mock_options.latency_seconds = 0.2;
    RunningMock mock(mock_options);
    PoolUnderTest test(quick_options({endpoint_at(mock.url(), "mock", 256)}));
    for (int i = 0; i < 512; ++i) test.ask("question " + std::to_string(i) + "\nint f() { return 1; }");
    test.run();
    EXPECT_EQ(sums_of(test).answered, 512U);
    EXPECT_LE(mock.server.statistics().in_flight_peak, 256U);
    EXPECT_GT(mock.server.statistics().in_flight_peak, 8U);
    EXPECT_EQ(sums_of(test).requests, 512U);
}

}  // namespace
}  // namespace atl::llm
