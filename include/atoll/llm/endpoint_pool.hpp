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

struct PoolOptions {
    std::vector<Endpoint> endpoints;  ///< at least one, keys read
    CallOptions call;
    double connect_seconds = 10;
    double first_byte_seconds = 300;  ///< of silence after sending, and between two pieces of a reply
    double total_seconds = 900;
    std::uint32_t attempts = 5;      ///< of one question, the first included; hedges are not counted
    double hedge_after_seconds = 0;  ///< a second request goes out, the first answer is taken; 0: never
    std::uint64_t reply_bytes = std::uint64_t{4} << 20;  ///< a longer body is a fault
    Reuse reuse = Reuse::never;
    std::size_t reuse_entries = 65536;
    std::uint64_t budget_tokens = 0;  ///< 0: no limit; less what earlier incarnations spent
    double budget_usd = 0;            ///< 0: no limit; needs a price for every model
    bool has_token_budget = false;    ///< so that a spent budget of 0 is one
    bool has_usd_budget = false;
    /// Deterministic runs: the budget is split evenly over the islands 0 .. budget_islands-1, each with its own;
    /// else 1.
    std::uint32_t budget_islands = 1;
    Prices prices;
    std::uint64_t seed = 0;           ///< of the jitter of waits
    double circuit_open_seconds = 5;  ///< first pause of a failing endpoint; doubles up to circuit_longest_seconds
    double circuit_longest_seconds = 60;
    std::uint32_t circuit_failures = 5;  ///< in a row that open the circuit
};

/// See client.hpp. Owns a curl multi handle and an epoll descriptor over its sockets.
class EndpointPool final : public Client {
public:
    /// Throws InputError on options that make no sense.
    explicit EndpointPool(PoolOptions options);
    ~EndpointPool() override;

    void ask(Request request, Done done) override;
    void poll(Nanoseconds now) override;
    void cancel_all() override;
    int descriptor() const override;
    Nanoseconds wake_at() const override;
    bool available(Nanoseconds now) const override;
    std::size_t concurrency() const override;
    ClientStatus status() const override;

private:
    class Implementation;
    std::unique_ptr<Implementation> implementation_;
};

}  // namespace atl::llm
