// SPDX-License-Identifier: Apache-2.0
// What the mock says to a request: the text alone, before it is put on the wire.
#pragma once

#include <cstdint>
#include <string>

#include "atoll/core/json.hpp"
#include "atoll/core/random.hpp"
#include "llm/mock/faults.hpp"

namespace atl::llm::mock {

/// What counts of a request's body.
struct ChatRequest {
    std::string model;
    std::string whole;  ///< all messages, each on lines of its own
    std::string asked;  ///< the same without those of the system
    std::uint64_t content_bytes = 0;
    std::uint64_t max_tokens = 0;  ///< 0: not given
    bool stream = false;
    bool include_usage = false;  ///< in the stream
};

/// Throws InputError saying what is wrong.
ChatRequest read_chat_request(const Json& body);

/// The shown program changed, in the form asked for, with `pad_bytes` of prose around; or a short sentence where no
/// program is shown. `fault`: empty and unusable have their own texts.
std::string answer(const ChatRequest& request, Fault fault, std::uint32_t pad_bytes, RandomStream& random);

/// Four bytes a token, begun ones count, at least one.
std::uint64_t tokens_of(std::uint64_t bytes);

}  // namespace atl::llm::mock
