// SPDX-License-Identifier: Apache-2.0
// Traces of model replies: any bytes are read or refused by line, and what is read is written and read the same.
#include "atoll/core/error.hpp"
#include "atoll/llm/trace.hpp"
#include "fuzz/fuzz_target.hpp"
#include "journal/sample_records.hpp"

namespace atl::fuzz {

std::vector<std::string> seed_corpus() {
    LlmCallRecord failed = atl::testing::sample_call({1, 2, 3, 0}, "");
    failed.status = "http_503";
    const std::string answered = llm::trace_line(atl::testing::sample_call({0, 1, 0, 0}, "a\nreply \xc3\xa9"));
    return {answered, answered + "\n" + llm::trace_line(failed) + answered,
            R"({"island": 1, "request_sha256": ")" + to_hex(sha256("x")) + R"(", "occurrence": 0, "reply": "r"})"};
}

std::size_t seeded_executions() { return 20'000; }

void read_input(std::string_view input) {
    std::vector<LlmCallRecord> calls;
    try {
        calls = llm::parse_trace(input, "trace");
    } catch (const Error& error) {
        require(std::string_view(error.what()).starts_with("trace:"), "a refusal names the line");
        return;
    }
    std::string written;
    for (const LlmCallRecord& call : calls) written += llm::trace_line(call);
    const std::vector<LlmCallRecord> again = llm::parse_trace(written, "written");
    require(again.size() == calls.size(), "each call is one line");
    std::string rewritten;
    for (const LlmCallRecord& call : again) rewritten += llm::trace_line(call);
    require(rewritten == written, "what is written is read the same");
}

}  // namespace atl::fuzz
