// SPDX-License-Identifier: Apache-2.0
// HTTP/1.1 requests out of the bytes of a connection, bounded, one after the other.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace atl::llm::mock {

inline constexpr std::size_t max_header_bytes = std::size_t{64} << 10;
inline constexpr std::size_t max_body_bytes = std::size_t{64} << 20;

struct HttpRequest {
    std::string method;
    std::string path;           ///< without the query
    std::string authorization;  ///< the header's value
    bool keep_alive = true;
    bool chunked_replies = true;  ///< HTTP/1.1: a reply may come in chunks
    bool expects_continue = false;
};

/// Invariant: what lies in the buffer begins with the request that is being read, or was read last.
class RequestReader {
public:
    enum class State : std::uint8_t {
        incomplete,
        complete,  ///< request() and body() hold until next()
        refused,   ///< no request, or none that is served: refusal() is the status to answer with before closing
    };

    void append(std::string_view bytes) { buffer_.append(bytes); }
    /// Reads on as far as the bytes go.
    State look();
    /// Headers are complete, a body is to come, and the client waits to be told to send it. True once a request.
    bool take_continue();

    const HttpRequest& request() const { return request_; }
    std::string_view body() const { return std::string_view(buffer_).substr(header_bytes_, body_bytes_); }
    int refusal() const { return refusal_; }
    /// Drops the request; what follows it stays.
    void next();

private:
    State refuse(int status);
    bool read_header(std::string_view header);
    bool read_field(std::string_view name, std::string_view value);

    std::string buffer_;
    std::size_t searched_bytes_ = 0;  ///< of the buffer hold no header's end
    std::size_t header_bytes_ = 0;    ///< the empty line included; 0: not yet complete
    std::size_t body_bytes_ = 0;
    bool has_length_ = false;
    int refusal_ = 0;
    HttpRequest request_;
};

}  // namespace atl::llm::mock
