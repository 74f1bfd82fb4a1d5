// SPDX-License-Identifier: Apache-2.0
// An HTTP server that does exactly what a test says: each request gets a list of steps, sent byte by byte as given.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace atl::llm {

struct SeenRequest {
    std::size_t number = 0;  ///< in the order of arrival, from 0
    std::string head;
    std::string body;
};

struct Step {
    std::string bytes;
    int pause_milliseconds = 0;  ///< before the bytes; the server's end and the client's hanging up cut it short
    bool closes = false;         ///< the connection, after the bytes
};
using Steps = std::vector<Step>;

inline std::string http_reply(int status, const std::string& body, const std::string& headers = "") {
    return "HTTP/1.1 " + std::to_string(status) + " Words\r\nContent-Type: application/json\r\n" + headers +
           "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

inline std::string completion(const std::string& text_in_json, int prompt = 10, int completion_tokens = 5) {
    return R"({"choices":[{"index":0,"message":{"role":"assistant","content":")" + text_in_json +
           R"("},"finish_reason":"stop"}],"usage":{"prompt_tokens":)" + std::to_string(prompt) +
           R"(,"completion_tokens":)" + std::to_string(completion_tokens) + "}}";
}

inline Steps says(const std::string& text) { return {{http_reply(200, completion(text))}}; }
inline Steps fails(int status, const std::string& body = "{}", const std::string& headers = "") {
    return {{http_reply(status, body, headers)}};
}

/// One thread for accepting and one a connection, joined by the destructor.
class ScriptedServer {
public:
    using Script = std::function<Steps(const SeenRequest&)>;

    explicit ScriptedServer(Script script) : script_(std::move(script)), listener_(socket(AF_INET, SOCK_STREAM, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        if (listener_ < 0 || bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
            listen(listener_, 1024) != 0 || getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
            throw std::runtime_error("the scripted server got no port");
        }
        port_ = ntohs(address.sin_port);
        acceptor_ = std::thread([this] { accept_all(); });
    }
    ~ScriptedServer() {
        is_stopping_ = true;
        acceptor_.join();
        for (std::thread& thread : connections_) thread.join();
        close(listener_);
    }
    ScriptedServer(const ScriptedServer&) = delete;
    ScriptedServer& operator=(const ScriptedServer&) = delete;

    std::string url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/v1"; }
    std::vector<SeenRequest> requests() const {
        const std::lock_guard lock(mutex_);
        return requests_;
    }
    std::size_t most_at_once() const { return most_at_once_; }

private:
    bool wait_readable(int descriptor, int milliseconds) const {
        for (int waited = 0; !is_stopping_; waited += 10) {
            pollfd item{descriptor, POLLIN, 0};
            if (::poll(&item, 1, std::min(10, std::max(0, milliseconds - waited))) > 0) return true;
            if (waited >= milliseconds) return false;
        }
        return false;
    }
    void accept_all() {
        while (!is_stopping_) {
            if (!wait_readable(listener_, 1000)) continue;
            const int connection = accept(listener_, nullptr, nullptr);
            if (connection >= 0) connections_.emplace_back([this, connection] { serve(connection); });
        }
    }
    void serve(int connection) {
        std::string bytes;
        SeenRequest request;
        while (receive(connection, bytes, request)) {
            Steps steps;
            {
                const std::lock_guard lock(mutex_);
                request.number = requests_.size();
                requests_.push_back(request);
                steps = script_(request);
            }
            const std::size_t open = ++open_;
            std::size_t most = most_at_once_;
            while (open > most && !most_at_once_.compare_exchange_weak(most, open)) {
            }
            const bool stays = play(connection, steps);
            --open_;
            if (!stays) break;
        }
        close(connection);
    }
    bool play(int connection, const Steps& steps) {
        for (const Step& step : steps) {
            if (step.pause_milliseconds > 0 && wait_readable(connection, step.pause_milliseconds)) return false;
            if (is_stopping_) return false;
            if (step.closes && step.bytes.empty()) return false;
            std::string_view rest = step.bytes;
            while (!rest.empty()) {
                const auto sent = send(connection, rest.data(), rest.size(), MSG_NOSIGNAL);
                if (sent <= 0) return false;
                rest.remove_prefix(static_cast<std::size_t>(sent));
            }
            if (step.closes) return false;
        }
        return true;
    }
    bool receive(int connection, std::string& bytes, SeenRequest& request) const {
        while (!is_stopping_) {
            const auto head_end = bytes.find("\r\n\r\n");
            if (head_end != std::string::npos) {
                request.head = bytes.substr(0, head_end + 2);
                const auto field = request.head.find("Content-Length: ");
                const std::size_t length = field == std::string::npos ? 0 : std::stoul(request.head.substr(field + 16));
                if (bytes.size() >= head_end + 4 + length) {
                    request.body = bytes.substr(head_end + 4, length);
                    bytes.erase(0, head_end + 4 + length);
                    return true;
                }
            }
            if (!wait_readable(connection, 1000)) continue;
            char buffer[16384];
            const auto count = recv(connection, buffer, sizeof buffer, 0);
            if (count <= 0) return false;
            bytes.append(buffer, static_cast<std::size_t>(count));
        }
        return false;
    }

    Script script_;
    int listener_;
    std::uint16_t port_ = 0;
    std::atomic<bool> is_stopping_ = false;
    std::atomic<std::size_t> open_ = 0;
    std::atomic<std::size_t> most_at_once_ = 0;
    mutable std::mutex mutex_;
    std::vector<SeenRequest> requests_;
    std::list<std::thread> connections_;  ///< of the accepting thread until it ends
    std::thread acceptor_;
};

}  // namespace atl::llm
