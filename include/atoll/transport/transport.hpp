// SPDX-License-Identifier: Apache-2.0
// Messages between ranks: point to point, never blocking, in order between any two ranks.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace atl::transport {

struct Message {
    int peer = 0;           ///< the receiver when sending, the sender when received
    std::uint32_t tag = 0;  ///< what kind of message; the engine's own numbering (engine/messages.hpp)
    std::string payload;    ///< opaque bytes
};

/// One rank's end. Not thread-safe: only the loop thread calls it.
class Transport {
public:
    virtual ~Transport() = default;

    virtual int rank() const = 0;
    virtual int size() const = 0;

    /// Queues a message and returns at once; the payload is owned until it left. Sending to oneself is allowed.
    virtual void send(Message message) = 0;

    /// The next message that has arrived, if any; also moves queued sends on. Messages of one sender keep their order.
    virtual std::optional<Message> receive() = 0;

    /// True when every queued send has been handed over (the peer need not have received it).
    virtual bool idle() = 0;
};

}  // namespace atl::transport
