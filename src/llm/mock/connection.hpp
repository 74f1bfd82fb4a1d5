// SPDX-License-Identifier: Apache-2.0
// One client's socket: reads requests and writes replies, a bounded amount a turn, and never waits.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "atoll/core/clock.hpp"
#include "llm/mock/http_request.hpp"
#include "llm/mock/wire.hpp"

namespace atl::llm::mock {

/// Invariant: owns its socket; while a reply is on its way no further request is read, so that a client which sends
/// without reading fills its own socket and not this program.
class Connection {
public:
    enum class State : std::uint8_t { reading, answering, draining };
    enum class Progress : std::uint8_t {
        blocked,    ///< until the socket, or the clock, says so
        turn_over,  ///< others first; there is more to do at once
        done,       ///< a request is there, the reply was sent
        gone,       ///< the client is, or the reply ends so
    };

    Connection(int socket, std::uint32_t generation) : socket_(socket), generation_(generation) {}
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    std::uint32_t generation() const { return generation_; }
    State state() const { return state_; }
    RequestReader& reader() { return reader_; }

    /// While reading: done when a request is complete or refused.
    Progress receive();
    /// Begins a reply whose stages count from `now`.
    void begin(Outgoing reply, Nanoseconds now, Nanoseconds latency);
    /// While answering: sends what is due. Afterwards it reads again, or drains where the reply ends the connection.
    Progress send(Nanoseconds now);
    /// While draining: discards what still comes, so that the reply is not lost to a reset; gone at the end.
    Progress drain() const;
    /// When the next part of the reply is due; 0: nothing waits for the clock.
    Nanoseconds due() const;

    bool hung_up = false;         ///< the client closed its side
    bool queued = false;          ///< for another turn
    Nanoseconds timer_at = 0;     ///< set for it
    Nanoseconds drain_until = 0;  ///< while draining
    /// Of the chat completion that is answered, if it is one.
    bool counted = false;
    bool is_reply = false;
    Fault fault = Fault::none;
    std::uint64_t prompt_tokens = 0;
    std::uint64_t completion_tokens = 0;

private:
    Progress finish();
    /// The next bytes to go, within one part of the reply.
    std::string_view next_bytes(std::uint64_t allowed) const;

    int socket_;
    std::uint32_t generation_;
    State state_ = State::reading;
    RequestReader reader_;
    Outgoing reply_;
    Nanoseconds began_ = 0;
    Nanoseconds latency_ = 0;
    std::size_t stage_ = 0;   ///< stages that are due
    std::uint64_t sent_ = 0;  ///< bytes of the reply
};

}  // namespace atl::llm::mock
