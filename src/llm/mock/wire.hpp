// SPDX-License-Identifier: Apache-2.0
// Replies as bytes, and when which of them may leave: complete, streamed, refused, and each fault's shape.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "atoll/core/random.hpp"
#include "llm/mock/faults.hpp"

namespace atl::llm::mock {

/// `bytes`, then `filler_bytes` of one letter, then `tail`.
struct Outgoing {
    enum class End : std::uint8_t {
        keep,   ///< the next request may come
        close,  ///< said so in the header
        cut,    ///< closed without a word
        stall,  ///< nothing more comes until the client closes
    };
    /// The first `end` bytes may leave at `share` of the latency.
    struct Stage {
        std::uint64_t end = 0;
        double share = 1;
    };

    std::string bytes;
    std::uint64_t filler_bytes = 0;
    std::string tail;
    std::vector<Stage> stages;  ///< ascending; the last one has all bytes
    End end = End::keep;

    std::uint64_t size() const { return bytes.size() + filler_bytes + tail.size(); }
};

/// How the client wants its reply.
struct ReplyForm {
    bool keep_alive = true;
    bool chunked = true;  ///< streams; else their end is the connection's
    bool stream = false;
    bool include_usage = false;  ///< in the stream; else always
};

struct ChatReply {
    std::string id;
    std::string model;
    std::string text;  ///< bytes that are no UTF-8 go out raw, or as half a surrogate pair, where `invalid` says so
    std::string_view invalid;
    bool at_limit = false;  ///< cut off at max_tokens
    std::uint64_t prompt_tokens = 0;
    std::uint64_t completion_tokens = 0;
};

/// A whole HTTP response, due at once. `fields`: further header lines, each with its end.
Outgoing response(int status, std::string_view content_type, std::string_view body, const ReplyForm& form,
                  std::string_view fields = {});
/// With a body as OpenAI's errors have it; due at once.
Outgoing error_response(int status, std::string_view message, const ReplyForm& form, std::string_view fields = {});

/// Due when the latency is over; a stream in several chunks over its second half.
Outgoing chat_response(const ChatReply& reply, const ReplyForm& form);

/// Any fault but those that are complete replies. `reply` is what would have been said.
Outgoing fault_response(Fault fault, const ChatReply& reply, const ReplyForm& form, std::uint32_t retry_after_seconds,
                        RandomStream& random);

}  // namespace atl::llm::mock
