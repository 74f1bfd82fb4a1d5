// SPDX-License-Identifier: Apache-2.0
// Who answers questions to language models: a pool of endpoints, or a recorded trace.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <string>

#include "atoll/core/clock.hpp"
#include "atoll/core/record.hpp"
#include "atoll/llm/request.hpp"

namespace atl::llm {

enum class ReplyStatus : std::uint8_t {
    ok,           ///< there is a text; whether it is of use is another's to say
    failed,       ///< the endpoints' fault, after all retries
    over_budget,  ///< not sent: tokens or money would not have sufficed
    missing,      ///< not in the trace
    cancelled,    ///< the run stops
};

struct Reply {
    ReplyStatus status = ReplyStatus::failed;
    std::string text;
    std::string reason;  ///< code of why there is none: "http_503", "first_byte_timeout", "budget_tokens", "trace_miss"
    std::string error;   ///< the same in words, without any key
    LlmCallRecord call;  ///< what it took; elapsed_seconds and rank are filled in by the engine
};

/// Sums since the client was made.
struct ClientStatus {
    std::uint64_t asked = 0;
    std::uint64_t answered = 0;
    std::uint64_t failed = 0;    ///< endpoint's fault
    std::uint64_t requests = 0;  ///< HTTP requests sent, retries and hedges included
    std::uint64_t prompt_tokens = 0;
    std::uint64_t completion_tokens = 0;
    double usd = 0;
    double unavailable_seconds = 0;  ///< no endpoint could be asked
    std::string last_error;          ///< empty: none so far
};

/// Loop thread only. `done` of a request runs exactly once, inside poll() or cancel_all(), never inside ask().
class Client {
public:
    using Done = std::function<void(Reply)>;
    virtual ~Client() = default;

    virtual void ask(Request request, Done done) = 0;
    /// A request of a deterministic run whose outcome is known from an earlier incarnation: it is counted as an
    /// occurrence, and nobody is asked.
    virtual void skip(const Request& request) { (void)request; }
    /// Sends, receives, and calls back.
    virtual void poll(Nanoseconds now) = 0;
    /// Ends every call with `cancelled`.
    virtual void cancel_all() = 0;

    /// Becomes readable when poll() has something to do; -1 where there is none.
    virtual int descriptor() const { return -1; }
    /// When poll() wants to be called at the latest.
    virtual Nanoseconds wake_at() const { return std::numeric_limits<Nanoseconds>::max(); }

    /// False while there is no use in asking: every circuit is open, or the budget is spent.
    virtual bool available(Nanoseconds now) const = 0;
    /// Calls that may be on their way at once.
    virtual std::size_t concurrency() const = 0;
    virtual ClientStatus status() const = 0;
};

}  // namespace atl::llm
