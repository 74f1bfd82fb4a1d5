// SPDX-License-Identifier: Apache-2.0
// What the mock does with a request, and what it counts; knows no sockets.
#pragma once

#include <pthread.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <string_view>
#include <unordered_map>

#include "atoll/core/clock.hpp"
#include "atoll/core/hash.hpp"
#include "atoll/llm/mock_server.hpp"
#include "llm/mock/answer.hpp"
#include "llm/mock/connection.hpp"
#include "llm/mock/faults.hpp"

namespace atl::llm::mock {

/// Invariant: once none is in flight, requests = replies + faults that are no replies + refused + aborted. The loop's
/// thread alone calls it, but for statistics().
class Service {
public:
    /// Throws InputError for options that make no sense.
    explicit Service(const MockOptions& options);

    /// The CPU time of the calling thread is that of the server, until end_thread().
    void begin_thread();
    void end_thread();

    /// Begins the reply to a request that is complete or refused.
    void handle(Connection& connection, Nanoseconds now);
    /// Its reply was sent to the last byte.
    void sent(Connection& connection);
    /// It goes; what it waited for is not sent.
    void left(Connection& connection);

    MockStatistics statistics() const;

private:
    using Counter = std::atomic<std::uint64_t>;

    void chat(Connection& connection, const ReplyForm& form, Nanoseconds now);
    void answer_chat(Connection& connection, const ReplyForm& form, const ChatRequest& request, Nanoseconds now);
    Outgoing get(std::string_view path, const ReplyForm& form) const;
    /// How often the same body came before; 0 where nothing depends on it.
    std::uint32_t occurrence(const Sha256& body);

    MockOptions options_;
    bool counts_occurrences_ = false;
    std::unordered_map<std::uint64_t, std::uint32_t> occurrences_;  ///< by the first bytes of the body's hash
    Counter requests_ = 0;
    Counter replies_ = 0;
    Counter refused_ = 0;
    Counter aborted_ = 0;
    Counter prompt_tokens_ = 0;
    Counter completion_tokens_ = 0;
    Counter in_flight_ = 0;
    Counter in_flight_peak_ = 0;
    std::array<Counter, fault_count> faults_{};
    std::atomic<bool> running_ = false;
    clockid_t thread_clock_ = 0;
    std::atomic<double> cpu_seconds_ = 0;  ///< less what the running thread took before
};

}  // namespace atl::llm::mock
