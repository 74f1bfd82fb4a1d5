// SPDX-License-Identifier: Apache-2.0
// Traces, "atoll-llm-trace/1": what models replied, so that a run can be had again without them.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "atoll/llm/client.hpp"

namespace atl::llm {

/// One line, with its end: a JSON object with the members format, island, request_sha256, occurrence (how often this
/// island had asked the same before), reply (a text, or null), usage {prompt_tokens, completion_tokens}, finish_reason,
/// model, status ("ok", or why there is no reply).
std::string trace_line(const LlmCallRecord& call);

/// False for what a replay would come to by itself: questions that were cancelled, or missing in a trace, and replies
/// whose bytes are lost.
bool belongs_into_trace(const LlmCallRecord& call);

/// Calls of a trace; only the members that a line has are set. Throws InputError with `name:line` for a line that is no
/// such object, FormatVersionError for one of another format.
std::vector<LlmCallRecord> parse_trace(std::string_view text, std::string_view name);

/// Answers from a trace: by island, request and occurrence, at once. Of equal ones the last counts.
class TracePlayer final : public Client {
public:
    TracePlayer(CallOptions call, std::vector<std::string> models, const std::vector<LlmCallRecord>& trace);

    void poll(Nanoseconds now) override;
    void cancel_all() override;
    Nanoseconds wake_at() const override;
    bool available(Nanoseconds now) const override;
    std::size_t concurrency() const override;
    ClientStatus status() const override { return status_; }

protected:
    void start(Question question) override;

private:
    Reply reply_to(const Question& question);

    std::map<std::tuple<std::uint32_t, Sha256, std::uint64_t>, LlmCallRecord> entries_;
    std::vector<Question> waiting_;
    ClientStatus status_;
};

}  // namespace atl::llm
