// SPDX-License-Identifier: Apache-2.0
// Lines of a trace, and the client that answers from them.
#include "atoll/llm/trace.hpp"

#include <fmt/format.h>

#include <limits>
#include <optional>
#include <utility>

#include "atoll/core/error.hpp"
#include "atoll/core/json.hpp"

namespace atl::llm {
namespace {

constexpr std::string_view trace_format = "atoll-llm-trace/1";
constexpr std::string_view status_ok = "ok";
constexpr std::string_view status_missing = "trace_miss";
constexpr std::string_view status_cancelled = "cancelled";

std::uint64_t count_of(const Json& value) {
    const std::int64_t number = value.as_integer();
    if (number < 0) throw InputError("a count is below zero");
    return static_cast<std::uint64_t>(number);
}

LlmCallRecord parse_line(const Json& line) {
    if (const Json& format = line["format"]; !format.is_null() && format.as_string() != trace_format) {
        throw FormatVersionError(
            fmt::format("a trace of format '{}'; this program reads {}", format.as_string(), trace_format));
    }
    LlmCallRecord call;
    const std::uint64_t island = count_of(line["island"]);
    if (island > std::numeric_limits<std::uint32_t>::max()) throw InputError("there is no such island");
    call.key.island = static_cast<std::uint32_t>(island);
    const std::optional<Sha256> digest = parse_sha256(line["request_sha256"].as_string());
    if (!digest) throw InputError("'request_sha256' is not 64 hexadecimal digits");
    call.request_sha256 = *digest;
    call.occurrence = count_of(line["occurrence"]);
    call.status = line["status"].is_null() ? std::string(status_ok) : line["status"].as_string();
    if (!line["reply"].is_null()) {
        call.reply = line["reply"].as_string();
    } else if (call.status == status_ok) {
        throw InputError("there is neither a 'reply' nor a 'status' that says why");
    }
    if (!line["finish_reason"].is_null()) call.finish_reason = line["finish_reason"].as_string();
    if (!line["model"].is_null()) call.model = line["model"].as_string();
    if (const Json& usage = line["usage"]; !usage.is_null()) {
        call.prompt_tokens = count_of(usage["prompt_tokens"]);
        call.completion_tokens = count_of(usage["completion_tokens"]);
    }
    return call;
}

}  // namespace

std::string trace_line(const LlmCallRecord& call) {
    const bool is_ok = call.status == status_ok;
    const Json line(Json::Object{{"format", Json(trace_format)},
                                 {"island", Json(call.key.island)},
                                 {"request_sha256", Json(to_hex(call.request_sha256))},
                                 {"occurrence", Json(call.occurrence)},
                                 {"reply", is_ok ? Json(call.reply) : Json()},
                                 {"usage", Json(Json::Object{{"prompt_tokens", Json(call.prompt_tokens)},
                                                             {"completion_tokens", Json(call.completion_tokens)}})},
                                 {"finish_reason", Json(call.finish_reason)},
                                 {"model", Json(call.model)},
                                 {"status", Json(call.status)}});
    return line.dump() + "\n";
}

bool belongs_into_trace(const LlmCallRecord& call) {
    const bool is_lost = call.status == status_ok && call.reply.empty() && call.reply_sha256 != sha256("");
    return !is_lost && call.status != status_missing && call.status != status_cancelled;
}

std::vector<LlmCallRecord> parse_trace(std::string_view text, std::string_view name) {
    std::vector<LlmCallRecord> calls;
    std::uint64_t number = 0;
    while (!text.empty()) {
        ++number;
        const std::size_t end = text.find('\n');
        const std::string_view line = text.substr(0, end);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
        const std::string place = fmt::format("{}:{}", name, number);
        try {
            calls.push_back(parse_line(parse_json(line, place)));
        } catch (const FormatVersionError& error) {
            throw FormatVersionError(fmt::format("{}: {}", place, error.what()));
        } catch (const InputError& error) {
            const std::string what = error.what();
            throw InputError(what.starts_with(place) ? what : fmt::format("{}: no line of a trace: {}", place, what));
        }
    }
    return calls;
}

TracePlayer::TracePlayer(CallOptions call, std::vector<std::string> models, const std::vector<LlmCallRecord>& trace)
    : Client(call, std::move(models)) {
    for (const LlmCallRecord& each : trace) {
        entries_.insert_or_assign({each.key.island, each.request_sha256, each.occurrence}, each);
    }
}

void TracePlayer::start(Question question) {
    ++status_.asked;
    waiting_.push_back(std::move(question));
}

void TracePlayer::poll(Nanoseconds /*now*/) {
    for (Question& question : std::exchange(waiting_, {})) question.done(reply_to(question));
}

void TracePlayer::cancel_all() {
    for (Question& question : std::exchange(waiting_, {})) {
        Reply reply;
        reply.status = ReplyStatus::cancelled;
        reply.reason = status_cancelled;
        reply.call = std::move(question.call);
        reply.call.status = status_cancelled;
        question.done(std::move(reply));
    }
}

Nanoseconds TracePlayer::wake_at() const { return waiting_.empty() ? std::numeric_limits<Nanoseconds>::max() : 0; }
bool TracePlayer::available(Nanoseconds /*now*/) const { return true; }
std::size_t TracePlayer::concurrency() const { return 256; }

Reply TracePlayer::reply_to(const Question& question) {
    Reply reply;
    reply.call = question.call;
    reply.call.origin = Origin::replayed;
    const auto found =
        entries_.find({question.call.key.island, question.call.request_sha256, question.call.occurrence});
    if (found == entries_.end()) {
        ++status_.failed;
        reply.status = ReplyStatus::missing;
        reply.call.status = reply.reason = status_missing;
        reply.error = status_.last_error =
            "the trace holds no reply to this question: it was recorded by another job, "
            "or by a run that was not deterministic";
        return reply;
    }
    const LlmCallRecord& entry = found->second;
    reply.call.status = entry.status;
    reply.call.finish_reason = entry.finish_reason;
    reply.call.prompt_tokens = entry.prompt_tokens;
    reply.call.completion_tokens = entry.completion_tokens;
    if (!entry.model.empty()) reply.call.model = entry.model;
    if (entry.status != status_ok) {
        ++status_.failed;
        reply.status = ReplyStatus::failed;
        reply.reason = entry.status;
        reply.error = status_.last_error = "there was no reply when the trace was recorded: " + entry.status;
        return reply;
    }
    ++status_.answered;
    status_.prompt_tokens += entry.prompt_tokens;
    status_.completion_tokens += entry.completion_tokens;
    reply.status = ReplyStatus::ok;
    reply.text = entry.reply;
    return reply;
}

}  // namespace atl::llm
