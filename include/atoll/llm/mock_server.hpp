// SPDX-License-Identifier: Apache-2.0
// An OpenAI-compatible server without a model: for tests, benchmarks, and trying a job out.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace atl::llm {

/// How a request can go wrong; each has a share of the requests.
struct MockFaults {
    double rate_limited = 0;       ///< 429 with Retry-After
    double rate_limited_bare = 0;  ///< 429 without
    double server_error = 0;       ///< 500, 502 or 503
    double stall = 0;              ///< headers, then silence until the client gives up
    double cut = 0;                ///< the connection ends in the middle of the body
    double html = 0;               ///< 200 with an HTML page
    double garbage = 0;            ///< 200 with bytes that are no JSON, or JSON of another shape
    double huge = 0;               ///< 200 with 50 MB
    double empty = 0;              ///< a well-formed reply with an empty text
    double invalid_utf8 = 0;       ///< a reply whose text holds bytes that are no UTF-8
    double unusable = 0;           ///< a well-formed reply without a program, or with a diff that matches nothing
    double unauthorized = 0;       ///< 401
    double out_of_money = 0;       ///< 402
};

/// The members' names.
std::vector<std::string> fault_names();
/// Throws InputError for an unknown name (with the nearest) and for a share outside [0, 1].
void set_fault(MockFaults& faults, std::string_view name, double share);
/// Adds `share` of an endpoint's own troubles: evenly rate_limited, rate_limited_bare, server_error, stall, cut, html
/// and garbage, and a hundredth of it huge. Throws InputError for a share outside [0, 1].
void add_faults(MockFaults& faults, double share);

struct MockOptions {
    std::uint16_t port = 0;  ///< 0: a free one
    std::uint64_t seed = 0;
    double latency_seconds = 0;
    double latency_sigma = 0;  ///< of a log-normal factor on the latency
    std::uint32_t retry_after_seconds = 1;
    MockFaults faults;
    /// True: the n-th time the same request comes, the reply is another one (n counts from 0), still a pure function of
    /// (request, seed, n). False: always the same reply. Faults are always drawn by (request, seed, n).
    bool vary = false;
    std::uint32_t pad_bytes = 0;  ///< of prose around the program
    std::string require_key;      ///< else 401; empty: none
};

/// What the server counted; GET /stats has the same as JSON. Once nothing is in flight every request was a reply, a
/// fault, refused or aborted; only `empty`, `invalid_utf8` and `unusable` are both a fault and (when they were sent to
/// the last byte) a reply. A fault counts when it is drawn.
struct MockStatistics {
    std::uint64_t requests = 0;       ///< chat completions that arrived
    std::uint64_t replies = 0;        ///< complete 200 replies with usage, sent to the last byte
    std::uint64_t faults = 0;         ///< injected
    std::uint64_t refused = 0;        ///< the client's own fault: no JSON, no messages, a wrong key
    std::uint64_t aborted = 0;        ///< the client was gone before its reply, which was to be a good one, was sent
    std::uint64_t prompt_tokens = 0;  ///< of replies
    std::uint64_t completion_tokens = 0;  ///< of replies
    std::uint64_t in_flight = 0;
    std::uint64_t in_flight_peak = 0;
    double cpu_seconds = 0;                                             ///< of the thread in run()
    std::vector<std::pair<std::string, std::uint64_t>> faults_by_name;  ///< in the order of fault_names()
};

/// One line of JSON.
std::string to_json(const MockStatistics& statistics);

/// One thread, epoll, HTTP/1.1 with keep-alive on 127.0.0.1 only. The reply to a prompt that shows a program is that
/// program with some numbers changed, in the form that the prompt asks for: SEARCH/REPLACE blocks or the whole text.
/// A token is four bytes, begun ones count, at least one a text; a reply is cut off at the request's max_tokens.
class MockServer {
public:
    /// Binds and listens. Throws InputError for shares of faults above 1 in all, InfrastructureError.
    explicit MockServer(const MockOptions& options);
    ~MockServer();

    std::uint16_t port() const;
    MockServer(const MockServer&) = delete;
    MockServer& operator=(const MockServer&) = delete;

    /// Serves until stop() is called, from any thread or a signal handler.
    void run();
    void stop();
    /// From any thread.
    MockStatistics statistics() const;

private:
    class Implementation;
    std::unique_ptr<Implementation> implementation_;
};

}  // namespace atl::llm
