// SPDX-License-Identifier: Apache-2.0
// Reads what chat completions answer: one JSON document, or server-sent events; nothing in them is trusted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "llm/budget.hpp"

namespace atl::llm {

struct ParsedReply {
    bool has_text = false;  ///< the text itself may be empty
    std::string text;       ///< UTF-8 without NUL
    std::string finish_reason;
    std::optional<Tokens> usage;
    std::string reason;  ///< why there is no text, a code: "not_json", "no_choices", "cut_body"
    std::string error;   ///< likewise, in words
};

/// Never throws; bytes that are no UTF-8 become '?'.
ParsedReply parse_completion(std::string_view body);

/// The words of an error body ({"error": {"message": ...}} and its relatives), at most 300 bytes; empty: none found.
std::string error_message_of(std::string_view body);

/// Puts a reply together from server-sent events that come in pieces, split anywhere.
class StreamReader {
public:
    /// Never throws.
    void feed(std::string_view piece);

    const std::string& text() const { return reply_.text; }
    /// False until there was one: a server that does not stream sends a plain document.
    bool has_events() const { return has_events_; }
    /// The server has said why it ended.
    bool is_finished() const { return is_finished_; }
    /// Of all that was fed. A stream that broke off is "cut_body".
    ParsedReply take();

private:
    void line(std::string_view text);
    void event(std::string_view data);

    std::string rest_;  ///< of a line whose end has not come yet
    std::string data_;  ///< of an event whose end has not come yet
    ParsedReply reply_;
    bool has_events_ = false;
    bool is_finished_ = false;
    bool has_failed_ = false;
};

}  // namespace atl::llm
