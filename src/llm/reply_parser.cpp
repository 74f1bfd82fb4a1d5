// SPDX-License-Identifier: Apache-2.0
// The fields of chat completions that matter here; the rest is skipped.
#include "llm/reply_parser.hpp"

#include <fmt/format.h>

#include "atoll/core/clean_text.hpp"
#include "atoll/core/error.hpp"
#include "atoll/core/json.hpp"

namespace atl::llm {
namespace {

constexpr std::size_t longest_message_bytes = 300;
constexpr std::size_t longest_finish_reason_bytes = 32;
const Json nothing;

const Json& member(const Json& value, std::string_view name) { return value.is_object() ? value[name] : nothing; }

std::optional<Json> parsed(std::string_view text) {
    try {
        return parse_json(text, "reply");
    } catch (const Error&) {
        const std::string clean = clean_text(text);
        if (clean == text) return std::nullopt;
        try {
            return parse_json(clean, "reply");
        } catch (const Error&) {
            return std::nullopt;
        }
    }
}

std::optional<std::uint64_t> count_of(const Json& value) {
    constexpr std::int64_t most = std::int64_t{1} << 26;  // more than any model reads or writes
    if (!value.is_integer() || value.as_integer() < 0 || value.as_integer() > most) return std::nullopt;
    return static_cast<std::uint64_t>(value.as_integer());
}

std::optional<Tokens> usage_of(const Json& document) {
    const Json& usage = member(document, "usage");
    const auto prompt = count_of(member(usage, "prompt_tokens"));
    const auto completion = count_of(member(usage, "completion_tokens"));
    if (!prompt || !completion) return std::nullopt;
    return Tokens{*prompt, *completion};
}

/// What can stand where a text is expected; null: the model said nothing.
bool is_content(const Json& content) { return content.is_null() || content.is_string() || content.is_array(); }

/// A string, or the array of parts that some servers send.
std::string content_text(const Json& content) {
    if (content.is_string()) return content.as_string();
    std::string text;
    if (content.is_array()) {
        for (const Json& part : content.as_array()) {
            if (member(part, "text").is_string()) text += member(part, "text").as_string();
        }
    }
    return text;
}

std::string finish_reason_of(const Json& choice) {
    const Json& reason = member(choice, "finish_reason");
    return reason.is_string() ? clean_text(reason.as_string(), longest_finish_reason_bytes) : std::string();
}

/// The first choice, or null.
const Json& first_choice(const Json& document) {
    const Json& choices = member(document, "choices");
    return choices.is_array() && !choices.as_array().empty() ? choices.as_array().front() : nothing;
}

std::string message_in(const Json& document) {
    const Json& error = member(document, "error");
    for (const Json* place : {&error, &document}) {
        if (place->is_string()) return place->as_string();
        for (const std::string_view name : {"message", "detail"}) {
            if (member(*place, name).is_string()) return member(*place, name).as_string();
        }
    }
    return {};
}

}  // namespace

std::string error_message_of(std::string_view body) {
    constexpr std::size_t longest_document_bytes = 65536;
    if (body.empty() || body.size() > longest_document_bytes) return {};
    const std::optional<Json> document = parsed(body);
    return document ? clean_text(message_in(*document), longest_message_bytes) : std::string();
}

ParsedReply parse_completion(std::string_view body) {
    ParsedReply reply;
    const std::optional<Json> document = parsed(body);
    if (!document || !document->is_object()) {
        reply.reason = "not_json";
        reply.error = fmt::format("the reply ({} bytes) is no JSON object", body.size());
        return reply;
    }
    reply.usage = usage_of(*document);
    const Json& choice = first_choice(*document);
    const Json& message = member(choice, "message");
    if (!message.is_object() || !is_content(member(message, "content"))) {
        const std::string words = clean_text(message_in(*document), longest_message_bytes);
        reply.reason = "no_choices";
        reply.error = words.empty() ? "the reply has no choices with a message" : "the reply is an error: " + words;
        return reply;
    }
    reply.has_text = true;
    reply.text = clean_text(content_text(member(message, "content")));
    reply.finish_reason = finish_reason_of(choice);
    return reply;
}

void StreamReader::feed(std::string_view piece) {
    while (!piece.empty() && !has_failed_) {
        const auto end = piece.find('\n');
        if (end == std::string_view::npos) {
            rest_ += piece;
            return;
        }
        if (rest_.empty()) {
            line(piece.substr(0, end));
        } else {
            rest_ += piece.substr(0, end);
            line(rest_);
            rest_.clear();
        }
        piece.remove_prefix(end + 1);
    }
}

void StreamReader::line(std::string_view text) {
    if (text.ends_with('\r')) text.remove_suffix(1);
    constexpr std::string_view field = "data:";
    if (text.empty()) {
        if (!data_.empty()) event(data_);
        data_.clear();
    } else if (text.starts_with(field)) {
        text.remove_prefix(field.size());
        if (text.starts_with(' ')) text.remove_prefix(1);
        if (!data_.empty()) data_ += '\n';
        data_ += text;
    }
}

void StreamReader::event(std::string_view data) {
    has_events_ = true;
    if (data == "[DONE]") {
        is_finished_ = true;
        return;
    }
    const std::optional<Json> document = parsed(data);
    if (!document || !document->is_object() || !member(*document, "error").is_null()) {
        has_failed_ = true;
        reply_.reason = document ? "no_choices" : "not_json";
        const std::string words = document ? clean_text(message_in(*document), longest_message_bytes) : std::string();
        reply_.error = words.empty() ? "an event of the stream is no JSON object" : "the stream is an error: " + words;
        return;
    }
    if (const auto usage = usage_of(*document)) reply_.usage = usage;
    const Json& choice = first_choice(*document);
    if (!choice.is_object()) return;
    const Json& content = member(member(choice, "delta"), "content");
    if (!is_content(content)) {
        has_failed_ = true;
        reply_.reason = "no_choices";
        reply_.error = "an event of the stream holds no text";
        return;
    }
    reply_.has_text = true;
    reply_.text += clean_text(content_text(content));
    if (std::string reason = finish_reason_of(choice); !reason.empty()) {
        reply_.finish_reason = std::move(reason);
        is_finished_ = true;
    }
}

ParsedReply StreamReader::take() {
    if (!has_failed_ && !rest_.empty()) line(std::string(rest_));
    if (!has_failed_ && !data_.empty()) line({});
    if (has_failed_) {
        reply_.has_text = false;
    } else if (!is_finished_ || !reply_.has_text) {
        reply_.has_text = false;
        reply_.reason = is_finished_ ? "no_choices" : "cut_body";
        reply_.error = is_finished_ ? "the stream has no choices" : "the stream broke off before its end";
    }
    return std::move(reply_);
}

}  // namespace atl::llm
