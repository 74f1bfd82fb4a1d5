// SPDX-License-Identifier: Apache-2.0
// The body of a chat completion.
#include "atoll/llm/request.hpp"

#include "atoll/core/clean_text.hpp"
#include "atoll/core/json.hpp"

namespace atl::llm {

std::string body_of(const Request& request, const CallOptions& options, std::string_view model) {
    Json::Array messages;
    for (const Message& message : request.messages) {
        messages.emplace_back(
            Json::Object{{"role", Json(message.role)}, {"content", Json(clean_text(message.content))}});
    }
    Json body(Json::Object{{"model", Json(model)},
                           {"messages", Json(std::move(messages))},
                           {"temperature", Json(options.temperature)},
                           {"max_tokens", Json(options.max_tokens)}});
    if (options.seed) body.set("seed", Json(*options.seed));
    if (options.stream) {
        body.set("stream", Json(true));
        body.set("stream_options", Json(Json::Object{{"include_usage", Json(true)}}));
    }
    return body.dump();
}

std::uint64_t prompt_tokens_at_most(const Request& request) {
    constexpr std::uint64_t around_a_message = 16;  // roles and marks of chat templates
    std::uint64_t tokens = around_a_message;
    for (const Message& message : request.messages) tokens += message.content.size() + around_a_message;
    return tokens;
}

}  // namespace atl::llm
