// SPDX-License-Identifier: Apache-2.0
// The verb that stands in for a language model: atoll mock-llm.
#include <memory>

#include "atoll/app/verbs.hpp"
#include "verbs.hpp"

namespace atl::cli {

void add_mock_llm(Command& program, Action& action) {
    Command verb = program.verb("mock-llm", "Serve chat completions on 127.0.0.1 without a model, for trying jobs out");
    auto request = std::make_shared<app::MockLlmRequest>();
    verb.option("--port", request->port, 65535, "Port; 0 takes a free one", "PORT");
    verb.option("--port-file", request->port_file, "Write the port there once it listens", "FILE");
    verb.option("--stats-file", request->stats_file, "Write what was counted there at the end, as JSON", "FILE");
    verb.option("--seed", request->seed, 0xFFFFFFFF, "Replies are a function of the request and this", "N");
    verb.flag("--vary", request->vary, "A request that comes again gets another reply");
    verb.option("--latency", request->latency_seconds, 0, 1e5, "Median time before a reply", "SECONDS");
    verb.option("--latency-sigma", request->latency_sigma, 0, 10, "Spread of the latency's logarithm", "SIGMA");
    verb.option("--faults", request->faults, 0, 1,
                "Share of requests that meet an endpoint's trouble, evenly over refusals, errors, silence, cut and "
                "senseless replies, seldom one of 50 MB",
                "SHARE");
    verb.repeated("--fault", request->named_faults, "Share of one kind of fault; may be given several times",
                  "NAME=SHARE");
    verb.option("--retry-after", request->retry_after_seconds, 86400, "What rate_limited replies say", "SECONDS");
    verb.option("--pad-bytes", request->pad_bytes, 1U << 24, "Prose around each reply's program", "BYTES");
    verb.option("--require-key-environment", request->key_environment,
                "Refuse requests without the key that this variable holds", "NAME");
    verb.on_parsed([=, &action] { action = [=] { return app::mock_llm(*request); }; });
}

}  // namespace atl::cli
