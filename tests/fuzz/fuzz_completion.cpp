// SPDX-License-Identifier: Apache-2.0
// What endpoints answer: any bytes are read or refused, and a stream says the same however it was cut into pieces. The
// first byte is the length of the pieces.
#include <algorithm>

#include "atoll/core/clean_text.hpp"
#include "fuzz/fuzz_target.hpp"
#include "llm/reply_parser.hpp"

namespace atl::fuzz {
namespace {

void check(const llm::ParsedReply& reply) {
    require(reply.has_text == reply.reason.empty(), "a text or a reason");
    require(reply.text.find('\0') == std::string::npos, "a text without NUL");
    require(!reply.has_text || clean_text(reply.text) == reply.text, "a text of UTF-8");
}

bool same(const llm::ParsedReply& left, const llm::ParsedReply& right) {
    return left.has_text == right.has_text && left.text == right.text && left.finish_reason == right.finish_reason &&
           left.reason == right.reason && left.error == right.error &&
           left.usage.has_value() == right.usage.has_value() &&
           (!left.usage ||
            (left.usage->prompt == right.usage->prompt && left.usage->completion == right.usage->completion));
}

}  // namespace

std::vector<std::string> seed_corpus() {
    const std::string usage = R"("usage":{"prompt_tokens":12,"completion_tokens":3})";
    const std::string event = "data: {\"choices\":[{\"delta\":{\"content\":\"caf\xc3\xa9 \\u0000\"}}]}\n\n";
    const std::string last = R"(data: {"choices":[{"delta":{},"finish_reason":"stop"}]})";
    return {
        "\x05{\"choices\":[{\"message\":{\"content\":\"a reply\"},\"finish_reason\":\"stop\"}]," + usage + "}",
        "\x05{\"choices\":[{\"message\":{\"content\":[{\"type\":\"text\",\"text\":\"a\"}]}}]}",
        "\x07{\"error\":{\"message\":\"overloaded\",\"code\":503}}",
        "\x03" + event + ": comment\r\n\r\n" + event + last + "\n\ndata: {\"choices\":[]," + usage +
            "}\n\ndata: [DONE]\n\n",
        "\x09" + event + "data: {\"error\":{\"message\":\"gone\"}}\n\n",
    };
}

std::size_t seeded_executions() { return 30'000; }

void read_input(std::string_view input) {
    if (input.empty()) return;
    const std::size_t length = std::max<std::size_t>(1, static_cast<std::uint8_t>(input[0]));
    const std::string_view body = input.substr(1);
    check(llm::parse_completion(body));
    require(llm::error_message_of(body).size() <= 300, "an error's words are few");
    llm::StreamReader whole;
    whole.feed(body);
    llm::StreamReader pieces;
    for (std::size_t at = 0; at < body.size(); at += length) {
        const std::string before = pieces.text();
        pieces.feed(body.substr(at, length));
        require(pieces.text().starts_with(before), "a text only grows");
    }
    require(pieces.has_events() == whole.has_events() && pieces.is_finished() == whole.is_finished(),
            "pieces tell what the whole tells");
    const llm::ParsedReply reply = whole.take();
    check(reply);
    require(same(reply, pieces.take()), "pieces read as the whole");
}

}  // namespace atl::fuzz
