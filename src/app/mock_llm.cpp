// SPDX-License-Identifier: Apache-2.0
// `atoll mock-llm`: serves until a signal, then says what it served.
#include <fmt/format.h>
#include <sys/resource.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "atoll/app/verbs.hpp"
#include "atoll/core/error.hpp"
#include "atoll/core/file.hpp"
#include "atoll/core/number.hpp"
#include "atoll/llm/mock_server.hpp"

namespace atl::app {

namespace {

llm::MockServer* running = nullptr;  // what the signal handler stops

/// SIGINT and SIGTERM stop the server while this lives.
class StopOnSignals {
public:
    explicit StopOnSignals(llm::MockServer& server) {
        running = &server;
        struct sigaction action {};
        action.sa_handler = [](int) { running->stop(); };
        sigaction(SIGINT, &action, &interrupt_);
        sigaction(SIGTERM, &action, &terminate_);
    }
    ~StopOnSignals() {
        sigaction(SIGINT, &interrupt_, nullptr);
        sigaction(SIGTERM, &terminate_, nullptr);
        running = nullptr;
    }
    StopOnSignals(const StopOnSignals&) = delete;
    StopOnSignals& operator=(const StopOnSignals&) = delete;

private:
    struct sigaction interrupt_ {};
    struct sigaction terminate_ {};
};

/// A thousand clients need more descriptors than the usual soft limit.
void raise_descriptor_limit() {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

llm::MockOptions options_of(const MockLlmRequest& request) {
    llm::MockOptions options;
    options.port = static_cast<std::uint16_t>(request.port);
    options.seed = request.seed;
    options.vary = request.vary;
    options.latency_seconds = request.latency_seconds.value_or(0);
    options.latency_sigma = request.latency_sigma.value_or(0);
    options.retry_after_seconds = request.retry_after_seconds;
    options.pad_bytes = request.pad_bytes;
    llm::add_faults(options.faults, request.faults.value_or(0));
    for (const std::string& fault : request.named_faults) {
        const auto equals = fault.find('=');
        const auto share = equals == std::string::npos ? std::nullopt : parse_number(fault.substr(equals + 1));
        if (!share) throw InputError("--fault " + fault + ": write NAME=SHARE, as in rate_limited=0.1");
        try {
            llm::set_fault(options.faults, fault.substr(0, equals), *share);
        } catch (const InputError& error) {
            throw InputError(std::string("--fault ") + error.what());
        }
    }
    if (request.key_environment) {
        const char* key = std::getenv(request.key_environment->c_str());
        if (key == nullptr || *key == '\0') {
            throw InputError("--require-key-environment: the variable " + *request.key_environment + " is not set");
        }
        options.require_key = key;
    }
    return options;
}

}  // namespace

ExitCode mock_llm(const MockLlmRequest& request) {
    raise_descriptor_limit();
    llm::MockServer server(options_of(request));
    const StopOnSignals stop(server);
    fmt::print("listening on http://127.0.0.1:{}/v1\n", server.port());
    std::fflush(stdout);
    if (request.port_file) write_file_atomically(*request.port_file, fmt::format("{}\n", server.port()));
    server.run();
    const llm::MockStatistics counted = server.statistics();
    if (request.stats_file) write_file_atomically(*request.stats_file, to_json(counted) + "\n");
    fmt::print(
        "{} requests, {} replies, {} faults, {} prompt and {} completion tokens, {:.3f} CPU seconds, at most {} "
        "in flight\n",
        counted.requests, counted.replies, counted.faults, counted.prompt_tokens, counted.completion_tokens,
        counted.cpu_seconds, counted.in_flight_peak);
    return ExitCode::ok;
}

}  // namespace atl::app
