// SPDX-License-Identifier: Apache-2.0
// Who answers questions to language models: a pool of endpoints, or a recorded trace.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "atoll/core/clock.hpp"
#include "atoll/core/record.hpp"
#include "atoll/llm/client_status.hpp"
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

/// A request on its way to whoever answers it.
struct Question {
    Request request;
    std::string body;    ///< as first composed
    LlmCallRecord call;  ///< key, model, request_sha256 and occurrence are filled in
    std::function<void(Reply)> done;
};

/// Loop thread only. `done` of a request runs exactly once, inside poll() or cancel_all(), never inside ask().
class Client {
public:
    using Done = std::function<void(Reply)>;

    /// `models`: by the index that requests name them by.
    Client(CallOptions call, std::vector<std::string> models);
    virtual ~Client() = default;

    void ask(Request request, Done done);
    /// A request whose outcome is known from an earlier incarnation: it counts as an occurrence, and nobody is asked.
    void skip(const Request& request);
    /// The same for one that was asked before this client was made.
    void skip(std::uint32_t island, const Sha256& request_sha256) { ++occurrences_[{island, request_sha256}]; }
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

protected:
    virtual void start(Question question) = 0;
    const CallOptions& call_options() const { return call_; }
    const std::vector<std::string>& models() const { return models_; }

private:
    CallOptions call_;
    std::vector<std::string> models_;
    /// How often each island asked each thing: what tells equal requests apart in a trace.
    std::map<std::pair<std::uint32_t, Sha256>, std::uint64_t> occurrences_;
};

}  // namespace atl::llm
