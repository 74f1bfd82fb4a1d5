// SPDX-License-Identifier: Apache-2.0
// The client that asks real endpoints: retries, circuits, limits, budget, reuse, hedges; libcurl inside the loop.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "atoll/llm/client.hpp"
#include "atoll/llm/endpoint.hpp"

namespace atl::llm {

/// Whether an equal request (in flight, or answered before) answers another one.
enum class Reuse : std::uint8_t { never, within_island, always };

/// What an island's questions have cost.
struct Spent {
    std::uint32_t island = 0;
    std::uint64_t tokens = 0;
    double usd = 0;
};

struct PoolOptions {
    std::vector<Endpoint> endpoints;  ///< at least one, keys read
    CallOptions call;
    double connect_seconds = 10;
    double first_byte_seconds = 300;  ///< of silence after sending, and between two pieces of a reply
    double total_seconds = 900;
    std::uint32_t attempts = 5;    ///< of one question, the first included; hedges are not counted
    double backoff_seconds = 0.5;  ///< before the second attempt, at most; doubles up to backoff_longest_seconds
    double backoff_longest_seconds = 30;
    double hedge_after_seconds = 0;  ///< a second request goes out, the first answer is taken; 0: never.
                                     ///< At most one request in ten is one
    std::uint64_t reply_bytes = std::uint64_t{4} << 20;  ///< a longer body is a fault
    Reuse reuse = Reuse::never;
    std::size_t reuse_entries = 65536;
    std::uint64_t budget_tokens = 0;  ///< 0: no limit
    double budget_usd = 0;            ///< 0: no limit; needs a price for every model
    bool has_token_budget = false;    ///< so that a spent budget of 0 is one
    bool has_usd_budget = false;
    /// Deterministic runs: the budget is split evenly over the islands 0 .. budget_islands-1, each with its own;
    /// else 1.
    std::uint32_t budget_islands = 1;
    std::vector<Spent> spent;  ///< before, within the same budget
    Prices prices;
    std::uint64_t seed = 0;           ///< of the jitter of waits
    double circuit_open_seconds = 5;  ///< first pause of a failing endpoint; doubles up to circuit_longest_seconds
    double circuit_longest_seconds = 60;
    std::uint32_t circuit_failures = 5;  ///< in a row that open the circuit ...
    double circuit_quiet_seconds = 1;    ///< ... when for so long nothing else came
};

/// See client.hpp. Owns a curl multi handle and an epoll descriptor over its sockets.
class EndpointPool final : public Client {
public:
    /// Throws InputError on options that make no sense.
    explicit EndpointPool(PoolOptions options);
    ~EndpointPool() override;

    void poll(Nanoseconds now) override;
    void cancel_all() override;
    int descriptor() const override;
    Nanoseconds wake_at() const override;
    bool available(Nanoseconds now) const override;
    std::size_t concurrency() const override;
    ClientStatus status() const override;

protected:
    void start(Question question) override;

private:
    class Implementation;
    std::unique_ptr<Implementation> implementation_;
};

}  // namespace atl::llm
