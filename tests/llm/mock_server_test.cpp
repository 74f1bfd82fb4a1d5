// SPDX-License-Identifier: Apache-2.0
// The mock of a language model over real sockets: the same replies for the same requests, faults as they look on the
// wire.
#include "atoll/llm/mock_server.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "atoll/core/error.hpp"
#include "atoll/core/json.hpp"
#include "llm/running_mock.hpp"

namespace atl::llm {
namespace {

/// A client's end of a connection; blocking, and gives up after 5 seconds of silence or of a server that takes nothing.
class Client {
public:
    explicit Client(const MockServer& server) : socket_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        const timeval patience{5, 0};
        setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(server.port());
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        connected_ = connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    }
    ~Client() { close(socket_); }
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    bool connected() const { return connected_; }
    void send(std::string_view bytes) {
        while (!bytes.empty()) {
            const ssize_t count = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (count <= 0) return;
            bytes.remove_prefix(static_cast<std::size_t>(count));
        }
    }
    /// False at the connection's end.
    bool receive() {
        std::string piece(65536, '\0');
        const ssize_t count = recv(socket_, piece.data(), piece.size(), 0);
        if (count > 0) buffer_.append(piece, 0, static_cast<std::size_t>(count));
        return count > 0;
    }
    /// One response: up to its length, its last chunk, or the connection's end.
    std::string response() {
        std::size_t end = std::string::npos;
        while ((end = end_of_response()) == std::string::npos && receive()) {
        }
        end = std::min(end, buffer_.size());
        std::string whole = buffer_.substr(0, end);
        buffer_.erase(0, end);
        return whole;
    }
    /// All up to the connection's end.
    std::string rest() {
        while (receive()) {
        }
        return std::move(buffer_);
    }

private:
    std::size_t end_of_response() const {
        const auto header = buffer_.find("\r\n\r\n");
        if (header == std::string::npos) return header;
        const auto length = buffer_.find("Content-Length: ");
        if (length < header) {
            const std::size_t end = header + 4 + std::stoul(buffer_.substr(length + 16, 20));
            return buffer_.size() < end ? std::string::npos : end;
        }
        const auto last = buffer_.find("\r\n0\r\n\r\n", header);
        return last == std::string::npos ? last : last + 7;
    }

    int socket_;
    bool connected_ = false;
    std::string buffer_;
};

std::string body_about(std::size_t number, bool stream = false) {
    Json body(Json::Object{
        {"model", "m"},
        {"messages",
         Json::Array{Json(Json::Object{
             {"role", "user"},
             {"content",
              "Number " + std::to_string(number) +
                  "\n# Current program\n```python\nx = 0.5\ny = 250\nz = 3 # 0.25\n```\n# Task\nAgain.\n"}})}}});
    if (stream) {
        body.set("stream", true);
        body.set("stream_options", Json(Json::Object{{"include_usage", true}}));
    }
    return body.dump();
}

std::string post(const std::string& body) {
    return "POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\n\r\n" + body;
}

std::string ask(const MockServer& server, const std::string& body) {
    Client client(server);
    client.send(post(body));
    return client.response();
}

std::string content_of(const std::string& response) {
    const Json reply = parse_json(response.substr(response.find("\r\n\r\n") + 4), "reply");
    return reply["choices"].as_array().at(0)["message"]["content"].as_string();
}

MockOptions always(std::string_view fault) {
    MockOptions options;
    set_fault(options.faults, fault, 1);
    return options;
}

/// Once nothing is in flight.
void expect_that_it_adds_up(const MockServer& server) {
    while (server.statistics().in_flight != 0) std::this_thread::yield();
    const MockStatistics counted = server.statistics();
    std::uint64_t faulty_replies = 0;
    std::uint64_t faults = 0;
    for (const auto& [name, count] : counted.faults_by_name) {
        faults += count;
        if (name == "empty" || name == "invalid_utf8" || name == "unusable") faulty_replies += count;
    }
    EXPECT_EQ(counted.faults, faults);
    EXPECT_EQ(counted.requests, counted.replies + counted.faults - faulty_replies + counted.refused + counted.aborted +
                                    counted.in_flight);
}

TEST(MockServer, the_same_requests_get_the_same_replies_over_one_and_over_eight_connections) {
    constexpr std::size_t questions = 40;
    const auto replies_over = [&](std::size_t connections) {
        MockOptions options;
        options.seed = 7;
        options.latency_seconds = 0.001;
        options.latency_sigma = 1;
        const RunningMock mock(options);
        std::vector<std::string> replies(questions);
        std::vector<std::thread> threads;
        for (std::size_t first = 0; first < connections; ++first) {
            threads.emplace_back([&, first] {
                Client client(mock.server);
                for (std::size_t i = first; i < questions; i += connections) {
                    client.send(post(body_about(i)));
                    replies[i] = client.response();
                }
            });
        }
        for (std::thread& thread : threads) thread.join();
        return replies;
    };
    const std::vector<std::string> one = replies_over(1);
    EXPECT_EQ(one, replies_over(8));
    EXPECT_NE(content_of(one[0]), content_of(one[1]));
}

TEST(MockServer, a_reply_is_the_program_with_a_number_changed_and_the_rest_untouched) {
    const RunningMock mock({});
    for (std::size_t i = 0; i < 20; ++i) {
        const std::string text = content_of(ask(mock.server, body_about(i)));
        EXPECT_NE(text.find("\nz = 3 # 0.25\n"), std::string::npos) << text;
        EXPECT_EQ(text.find("x = 0.5\ny = 250\n"), std::string::npos) << text;
    }
}

TEST(MockServer, with_vary_the_next_reply_to_the_same_request_is_another_one_and_as_repeatable) {
    MockOptions options;
    options.vary = true;
    const RunningMock first(options);
    const RunningMock second(options);
    const std::string body = body_about(0);
    const std::string once = ask(first.server, body);
    const std::string twice = ask(first.server, body);
    EXPECT_NE(content_of(once), content_of(twice));
    EXPECT_EQ(once, ask(second.server, body));
    EXPECT_EQ(twice, ask(second.server, body));
}

TEST(MockServer, a_request_that_met_a_fault_is_drawn_anew_when_it_comes_again) {
    MockOptions options;
    set_fault(options.faults, "rate_limited", 0.5);
    const RunningMock mock(options);
    std::size_t refused = 0;
    for (int i = 0; i < 40; ++i) refused += ask(mock.server, body_about(0)).starts_with("HTTP/1.1 429") ? 1 : 0;
    EXPECT_GT(refused, 5U);
    EXPECT_LT(refused, 35U);
    expect_that_it_adds_up(mock.server);
}

TEST(MockServer, a_stream_comes_in_chunks_and_ends_with_usage) {
    const RunningMock mock({});
    const std::string reply = ask(mock.server, body_about(0, true));
    EXPECT_NE(reply.find("text/event-stream"), std::string::npos);
    std::size_t chunks = 0;
    for (auto at = reply.find("\"content\":"); at != std::string::npos; at = reply.find("\"content\":", at + 1))
        ++chunks;
    EXPECT_GE(chunks, 4U);
    EXPECT_LT(reply.find("\"usage\":{"), reply.find("data: [DONE]"));
}

TEST(MockServer, a_reply_ends_at_max_tokens_and_says_so) {
    const RunningMock mock({});
    Json body = parse_json(body_about(0), "body");
    body.set("max_tokens", 5);
    const std::string reply = ask(mock.server, body.dump());
    EXPECT_EQ(content_of(reply).size(), 20U);
    EXPECT_NE(reply.find(R"("finish_reason":"length")"), std::string::npos);
    EXPECT_NE(reply.find(R"("completion_tokens":5)"), std::string::npos);
}

TEST(MockServer, refusals_have_their_status_and_only_one_says_when_to_come_again) {
    const std::vector<std::pair<std::string, std::string>> expected = {
        {"rate_limited", "429"}, {"rate_limited_bare", "429"}, {"unauthorized", "401"}, {"out_of_money", "402"}};
    for (const auto& [fault, status] : expected) {
        const RunningMock mock(always(fault));
        const std::string reply = ask(mock.server, body_about(0));
        EXPECT_TRUE(reply.starts_with("HTTP/1.1 " + status)) << reply;
        EXPECT_EQ(reply.find("Retry-After: 1\r\n") != std::string::npos, fault == "rate_limited") << reply;
        expect_that_it_adds_up(mock.server);
    }
}

TEST(MockServer, a_server_error_is_a_status_from_500_on) {
    const RunningMock mock(always("server_error"));
    for (std::size_t i = 0; i < 5; ++i) EXPECT_TRUE(ask(mock.server, body_about(i)).starts_with("HTTP/1.1 50"));
}

TEST(MockServer, a_cut_reply_ends_before_its_length) {
    const RunningMock mock(always("cut"));
    const std::string plain = ask(mock.server, body_about(0));
    const auto length = std::stoul(plain.substr(plain.find("Content-Length: ") + 16));
    EXPECT_LT(plain.size() - plain.find("\r\n\r\n") - 4, length);
    const std::string stream = ask(mock.server, body_about(0, true));
    EXPECT_NE(stream.find("data: "), std::string::npos);
    EXPECT_EQ(stream.find("[DONE]"), std::string::npos);
}

TEST(MockServer, a_stalled_reply_is_headers_and_silence_until_the_client_goes) {
    const RunningMock mock(always("stall"));
    Client client(mock.server);
    client.send(post(body_about(0)));
    ASSERT_TRUE(client.receive());
    EXPECT_EQ(mock.server.statistics().in_flight, 1U);
    EXPECT_EQ(mock.server.statistics().replies, 0U);
}

TEST(MockServer, html_and_garbage_come_with_status_200_and_no_usable_reply) {
    for (const char* fault : {"html", "garbage"}) {
        const RunningMock mock(always(fault));
        for (std::size_t i = 0; i < 10; ++i) {
            const std::string reply = ask(mock.server, body_about(i));
            EXPECT_TRUE(reply.starts_with("HTTP/1.1 200")) << reply;
            EXPECT_ANY_THROW(content_of(reply));
        }
        expect_that_it_adds_up(mock.server);
    }
}

TEST(MockServer, a_huge_reply_has_50_MB) {
    const RunningMock mock(always("huge"));
    EXPECT_GT(ask(mock.server, body_about(0)).size(), 50'000'000U);
}

TEST(MockServer, replies_of_no_use_are_complete_and_counted_as_replies) {
    for (const char* fault : {"empty", "unusable", "invalid_utf8"}) {
        const RunningMock mock(always(fault));
        Client client(mock.server);
        client.send(post(body_about(0)));
        const std::string reply = client.response();
        EXPECT_NE(reply.find("\"usage\":{"), std::string::npos) << reply;
        if (std::string_view(fault) == "invalid_utf8") {
            EXPECT_ANY_THROW(content_of(reply));
        } else {
            EXPECT_EQ(content_of(reply).find("```"), std::string::npos);
        }
        client.send(post(body_about(1)));  // answered only after the first was counted
        client.response();
        EXPECT_GE(mock.server.statistics().replies, 1U);
        EXPECT_EQ(mock.server.statistics().faults, 2U);
    }
}

TEST(MockServer, it_outlives_clients_that_send_garbage_and_tells_them_why) {
    const RunningMock mock({});
    const std::vector<std::pair<std::string, std::string>> expected = {
        {"what is this\r\n\r\n", "400"},
        {"GET / HTTP/1.1\r\nX: " + std::string(100000, 'a'), "431"},
        {"POST /v1/chat/completions HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n", "413"},
        {"POST /v1/chat/completions HTTP/1.1\r\nContent-Length: -1\r\n\r\n", "400"},
        {"POST /v1/chat/completions HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "411"},
        {post("{"), "400"},
        {post("[]"), "400"},
        {post(R"({"messages":[]})"), "400"},
        {post(R"({"messages":[{"role":7,"content":8}]})"), "400"},
        {"DELETE /v1/models HTTP/1.1\r\n\r\n", "405"},
        {"GET /v1/nothing HTTP/1.1\r\n\r\n", "404"},
    };
    for (const auto& [sent, status] : expected) {
        Client client(mock.server);
        client.send(sent);
        EXPECT_TRUE(client.response().starts_with("HTTP/1.1 " + status)) << sent.substr(0, 80);
    }
    for (const std::size_t part : {1U, 20U, 90U, 150U}) {  // of a request, and gone
        Client client(mock.server);
        client.send(post(body_about(0)).substr(0, part));
    }
    EXPECT_FALSE(content_of(ask(mock.server, body_about(0))).empty());
    expect_that_it_adds_up(mock.server);
}

TEST(MockServer, requests_sent_at_once_over_one_connection_are_answered_in_their_order) {
    const RunningMock mock({});
    Client client(mock.server);
    client.send(post(body_about(0)) + post(body_about(1)) + post(body_about(2)));
    for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(client.response(), ask(mock.server, body_about(i)));
}

TEST(MockServer, a_client_that_leaves_before_its_reply_is_counted_as_aborted) {
    MockOptions options;
    options.latency_seconds = 1000;
    const RunningMock mock(options);
    {
        Client client(mock.server);
        client.send(post(body_about(0)));
        while (mock.server.statistics().in_flight == 0) std::this_thread::yield();
    }
    while (mock.server.statistics().in_flight != 0) std::this_thread::yield();
    EXPECT_EQ(mock.server.statistics().aborted, 1U);
    expect_that_it_adds_up(mock.server);
}

TEST(MockServer, a_connection_that_is_to_be_closed_ends_after_the_reply) {
    const RunningMock mock({});
    Client client(mock.server);
    client.send("GET /health HTTP/1.1\r\nConnection: close\r\n\r\n");
    EXPECT_TRUE(client.rest().ends_with(R"({"status":"ok"})"));
}

TEST(MockServer, requests_without_the_key_are_refused) {
    MockOptions options;
    options.require_key = "k";
    const RunningMock mock(options);
    std::string request = post(body_about(0));
    EXPECT_TRUE(ask(mock.server, body_about(0)).starts_with("HTTP/1.1 401"));
    request.insert(request.find("Host:"), "Authorization: Bearer k\r\n");
    Client client(mock.server);
    client.send(request);
    EXPECT_TRUE(client.response().starts_with("HTTP/1.1 200"));
    EXPECT_EQ(mock.server.statistics().refused, 1U);
}

TEST(MockFaults, names_and_shares_that_make_no_sense_are_refused) {
    MockFaults faults;
    EXPECT_THROW(set_fault(faults, "rate_limitd", 0.1), InputError);
    EXPECT_THROW(set_fault(faults, "cut", 1.5), InputError);
    MockOptions options;
    options.faults.cut = 0.7;
    options.faults.html = 0.7;
    EXPECT_THROW(MockServer{options}, InputError);
    add_faults(faults, 0.3);
    EXPECT_NEAR(faults.huge, 0.003, 1e-12);
    EXPECT_NEAR(faults.stall * 7 + faults.huge, 0.3, 1e-12);
}

}  // namespace
}  // namespace atl::llm
