// SPDX-License-Identifier: Apache-2.0
// A question to a language model: the messages, the options of the call, and the body that is sent.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "atoll/core/hash.hpp"
#include "atoll/core/ids.hpp"

namespace atl::llm {

struct Message {
    std::string role;  ///< "system", "user" or "assistant"
    std::string content;
};

/// The same for all calls of a run.
struct CallOptions {
    double temperature = 0.8;
    std::optional<std::int64_t> seed;  ///< sent only when set
    std::uint32_t max_tokens = 4096;   ///< of a reply
    bool stream = false;               ///< replies come as server-sent events and may be cut once complete
};

struct Request {
    EvaluationKey key;  ///< the evaluation it is asked for
    std::vector<Message> messages;
    std::size_t model = 0;  ///< of the run's models, by index
    /// When streaming: true once the text so far holds the whole answer. May be empty.
    std::function<bool(std::string_view)> complete;
};

/// The JSON body of an OpenAI-compatible chat completion, the same bytes for the same request. Text that is no UTF-8
/// has each bad byte replaced by '?'.
std::string body_of(const Request& request, const CallOptions& options, std::string_view model);

/// No tokenizer makes more tokens of the messages than this: one a byte, and a few around each message.
std::uint64_t prompt_tokens_at_most(const Request& request);

}  // namespace atl::llm
