// SPDX-License-Identifier: Apache-2.0
// POST requests that run side by side without threads: libcurl's socket interface over an epoll descriptor.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "atoll/core/clock.hpp"

namespace atl::llm {

enum class TransferEnd : std::uint8_t {
    complete,   ///< a whole HTTP reply, whatever its status
    unsent,     ///< no connection, so that the server has seen nothing
    cut,        ///< the connection broke before the reply's end
    oversized,  ///< the body is longer than allowed
    stopped,    ///< by OnPiece
};

struct HttpReply {
    TransferEnd end = TransferEnd::cut;
    int status = 0;
    std::string body;
    double retry_after_seconds = 0;  ///< 0: not said
    double first_byte_seconds = 0;
    std::string text;  ///< what went wrong, in curl's words
};

/// Sees the body of a success in pieces; false stops the transfer.
using OnPiece = std::function<bool(std::string_view piece)>;

/// One request on its way.
class Transfer;

struct HttpOptions {
    double connect_seconds = 10;
    std::uint64_t reply_bytes = std::uint64_t{4} << 20;
    std::size_t connections = 16;  ///< kept open at most
};

/// Invariants: a transfer is known to curl from start() until it is finished or cancelled; no callback starts or ends
/// another one.
class HttpTransfers {
public:
    using OnEnd = std::function<void(void* owner, HttpReply reply)>;

    HttpTransfers(const HttpOptions& options, OnEnd on_end);
    ~HttpTransfers();
    HttpTransfers(const HttpTransfers&) = delete;
    HttpTransfers& operator=(const HttpTransfers&) = delete;

    /// Where requests go: their headers are made once. `key` may be empty.
    std::size_t add_site(const std::string& url, const std::string& key);
    /// True once the site's name has been looked up.
    bool is_resolved(std::size_t site) const;

    /// `body` must stay until the transfer ends; nothing is sent before the next call of poll() or begin().
    Transfer& start(std::size_t site, std::string_view body, void* owner, OnPiece on_piece);
    /// Ends it without OnEnd; its connection is closed.
    void cancel(Transfer& transfer);

    /// Receives, sends, and calls OnEnd.
    void poll(Nanoseconds now);
    /// Sends what was started since.
    void begin(Nanoseconds now);
    int descriptor() const;
    Nanoseconds wake_at() const;

    /// False while the connection is being made.
    static bool is_connected(const Transfer& transfer);
    /// When the last byte of the reply came; when it was started, if none did.
    static Nanoseconds last_byte_at(const Transfer& transfer);

private:
    class Implementation;
    std::unique_ptr<Implementation> implementation_;
};

}  // namespace atl::llm
