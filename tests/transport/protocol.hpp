// SPDX-License-Identifier: Apache-2.0
// What the protocols of the transport suite share: stepping, checks that throw, and recognisable payloads.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>
#include <utility>

#include "atoll/core/random.hpp"
#include "atoll/transport/steppable.hpp"
#include "atoll/transport/transport.hpp"

namespace atl::transport::suite {

/// A broken expectation; the simulation turns it into a test failure, the MPI program into an exit code.
class Violation : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

template <typename... Arguments>
void require(bool holds, fmt::format_string<Arguments...> text, Arguments&&... arguments) {
    if (!holds) throw Violation(fmt::format(text, std::forward<Arguments>(arguments)...));
}

/// Bytes that tell who sent what to whom, so that a mixed-up or damaged message is seen.
inline std::string pattern(int from, int to, std::uint64_t index, std::size_t bytes) {
    std::string text(bytes, '\0');
    std::uint64_t state = (static_cast<std::uint64_t>(from) << 48) ^ (static_cast<std::uint64_t>(to) << 32) ^ index;
    for (std::size_t offset = 0; offset < bytes; offset += sizeof state) {
        state = state * 6364136223846793005ULL + 1442695040888963407ULL;
        const std::uint64_t mixed = state ^ (state >> 29);  // the low bits of the generator alone repeat too soon
        std::memcpy(text.data() + offset, &mixed, std::min(sizeof mixed, bytes - offset));
    }
    return text;
}

/// One rank of a protocol. Done means complete and everything handed over, so nothing is lost when the rank leaves.
class Protocol : public Steppable {
public:
    Protocol(Transport& transport, std::uint64_t seed)
        : transport_(transport),
          random_(seed, static_cast<std::uint32_t>(transport.rank()), 0, 0, StreamPurpose::test) {}

    StepResult step(Nanoseconds now) final {
        if (!begun_) begin();
        begun_ = true;
        // few at a time, so that messages are left lying between steps
        for (int taken = 0; taken < 3; ++taken) {
            auto message = transport_.receive();
            if (!message) break;
            require(message->peer >= 0 && message->peer < size(), "sender {} of {}", message->peer, size());
            take(std::move(*message), now);
        }
        advance(now);
        return {complete() && transport_.idle(), wake_at_};
    }

protected:
    virtual void begin() {}
    virtual void take(Message message, Nanoseconds now) = 0;
    /// Called at the end of each step, for what does not answer a message.
    virtual void advance(Nanoseconds /*now*/) {}
    virtual bool complete() const = 0;

    int rank() const { return transport_.rank(); }
    int size() const { return transport_.size(); }
    void send(int to, std::uint32_t tag, std::string payload) { transport_.send({to, tag, std::move(payload)}); }
    void send_number(int to, std::uint32_t tag, std::uint64_t number) { send(to, tag, std::to_string(number)); }
    static std::uint64_t number(const Message& message) { return std::stoull(message.payload); }

    Transport& transport_;
    RandomStream random_;
    Nanoseconds wake_at_ = never;

private:
    bool begun_ = false;
};

}  // namespace atl::transport::suite
