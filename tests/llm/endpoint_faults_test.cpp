// SPDX-License-Identifier: Apache-2.0
// The pool against a server that misbehaves.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <string>
#include <vector>

#include "llm/pool_under_test.hpp"
#include "llm/scripted_server.hpp"

namespace atl::llm {
namespace {

/// The first requests get these, all later ones a reply.
ScriptedServer::Script first(std::vector<Steps> faults) {
    return [faults = std::move(faults)](const SeenRequest& request) {
        return request.number < faults.size() ? faults[request.number] : says("good");
    };
}

struct FaultCase {
    const char* name;
    Steps steps;
    bool is_charged;
};
void PrintTo(const FaultCase& fault, std::ostream* out) { *out << fault.name; }

class EndpointFaults : public testing::TestWithParam<FaultCase> {};

TEST_P(EndpointFaults, IsTriedAgain) {
    ScriptedServer server(first({GetParam().steps, GetParam().steps}));
    PoolOptions options = quick_options({endpoint_at(server.url())});
    options.reply_bytes = 100'000;
    options.first_byte_seconds = 0.15;
    options.total_seconds = 0.4;
    PoolUnderTest test(options);
    const Request request = question("a");
    test.ask(request);
    test.run();
    const Reply& reply = test.replies[0];
    EXPECT_EQ(reply.status, ReplyStatus::ok) << reply.error;
    EXPECT_EQ(reply.text, "good");
    EXPECT_EQ(reply.call.requests, 3U);
    EXPECT_EQ(reply.call.faults, 2U);
    EXPECT_EQ(reply.call.prompt_tokens, 10U);
    EXPECT_EQ(reply.call.reserved_tokens, GetParam().is_charged ? 2 * (prompt_tokens_at_most(request) + 100) : 0U);
    EXPECT_FALSE(test.pool.status().last_error.empty());
    EXPECT_EQ(test.pool.status().failed, 0U);
}

std::string trickle_head() { return "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"; }

Steps slow_loris() {
    Steps steps = {{trickle_head()}};
    for (int i = 0; i < 100; ++i) steps.push_back({"x", 50});
    return steps;
}

INSTANTIATE_TEST_SUITE_P(
    All, EndpointFaults,
    testing::Values(FaultCase{"http_500", fails(500), false}, FaultCase{"http_503", fails(503), false},
                    FaultCase{"http_429_bare", fails(429), false}, FaultCase{"http_408", fails(408), false},
                    FaultCase{"html", {{http_reply(200, "<html><body>Welcome to the portal</body></html>")}}, true},
                    FaultCase{"another_shape", {{http_reply(200, R"({"result": [1, 2, 3]})")}}, true},
                    FaultCase{"empty_body", {{http_reply(200, "")}}, true},
                    FaultCase{"closed_unanswered", {{"", 0, true}}, true},
                    FaultCase{"cut_in_the_head", {{"HTTP/1.1 200 O", 0, true}}, true},
                    FaultCase{"cut_in_the_body", {{trickle_head() + "{\"choices\"", 0, true}}, true},
                    FaultCase{"no_http", {{"I am a teapot\r\n\r\n", 0, true}}, true},
                    FaultCase{"announced_too_long", {{"HTTP/1.1 200 OK\r\nContent-Length: 52428800\r\n\r\n"}}, true},
                    FaultCase{"too_long", {{"HTTP/1.1 200 OK\r\n\r\n" + std::string(1'000'000, 'x'), 0, true}}, true},
                    FaultCase{"silent", {{"", 60000}}, true},
                    FaultCase{"stalls_after_the_head", {{trickle_head()}, {"x", 60000}}, true},
                    FaultCase{"slow_loris", slow_loris(), true}),
    [](const auto& tested) { return std::string(tested.param.name); });

TEST(EndpointPoolFaults, TimeoutsAreToldApart) {
    ScriptedServer silent([](const SeenRequest&) { return Steps{{"", 60000}}; });
    ScriptedServer stalling([](const SeenRequest&) { return Steps{{trickle_head(), 100}, {"x", 60000}}; });
    ScriptedServer trickling([](const SeenRequest&) { return slow_loris(); });
    PoolOptions options = quick_options(
        {endpoint_at(silent.url(), "a"), endpoint_at(stalling.url(), "b"), endpoint_at(trickling.url(), "c")});
    options.attempts = 1;
    options.first_byte_seconds = 0.3;
    options.total_seconds = 1;
    PoolUnderTest test(options);
    for (std::uint32_t model = 0; model < 3; ++model) {
        Request request = question("a", model);
        request.model = model;
        test.ask(request);
    }
    test.run();
    EXPECT_EQ(test.replies[0].reason, "first_byte_timeout");
    EXPECT_EQ(test.replies[1].reason, "silence_timeout");
    EXPECT_EQ(test.replies[2].reason, "total_timeout");
    EXPECT_EQ(test.replies[2].status, ReplyStatus::failed);
    EXPECT_EQ(test.replies[2].call.status, "total_timeout");
    EXPECT_EQ(test.pool.status().failed, 3U);
}

TEST(EndpointPoolFaults, AttemptsAreCounted) {
    ScriptedServer server([](const SeenRequest&) { return fails(502, R"({"error":{"message":"bad gateway"}})"); });
    PoolOptions options = quick_options({endpoint_at(server.url())});
    options.attempts = 3;
    PoolUnderTest test(options);
    test.ask("a");
    test.run();
    EXPECT_EQ(test.replies[0].status, ReplyStatus::failed);
    EXPECT_EQ(test.replies[0].reason, "http_502");
    EXPECT_NE(test.replies[0].error.find("bad gateway"), std::string::npos);
    EXPECT_EQ(server.requests().size(), 3U);
    EXPECT_EQ(test.replies[0].call.requests, 3U);
    EXPECT_EQ(test.replies[0].call.faults, 3U);
    EXPECT_DOUBLE_EQ(test.replies[0].call.usd, 0);
}

class NotRetried : public testing::TestWithParam<int> {};

TEST_P(NotRetried, FailsAtOnce) {
    ScriptedServer server([](const SeenRequest&) { return fails(GetParam()); });
    PoolUnderTest test(quick_options({endpoint_at(server.url())}));
    test.ask("a");
    test.run();
    EXPECT_EQ(test.replies[0].status, ReplyStatus::failed);
    EXPECT_EQ(test.replies[0].reason, "http_" + std::to_string(GetParam()));
    EXPECT_EQ(server.requests().size(), 1U);
    const bool is_refused = GetParam() >= 401 && GetParam() <= 403;
    EXPECT_EQ(test.pool.available(test.clock.now()), !is_refused);
}
INSTANTIATE_TEST_SUITE_P(Statuses, NotRetried, testing::Values(400, 401, 402, 403, 404, 422));

TEST(EndpointPoolFaults, A429WithoutMoneyIsNotWaitedFor) {
    ScriptedServer server([](const SeenRequest&) {
        return fails(429, R"({"error":{"message":"You exceeded your current quota","code":"insufficient_quota"}})");
    });
    PoolUnderTest test(quick_options({endpoint_at(server.url())}));
    test.ask("a");
    test.run();
    EXPECT_EQ(test.replies[0].reason, "http_429_quota");
    EXPECT_EQ(server.requests().size(), 1U);
    EXPECT_FALSE(test.pool.available(test.clock.now()));
}

TEST(EndpointPoolFaults, RefusedQuestionsBehindTheFirstFailWithoutARequest) {
    ScriptedServer server([](const SeenRequest&) { return fails(401, R"({"error":{"message":"who are you"}})"); });
    PoolUnderTest test(quick_options({endpoint_at(server.url(), "model-a", 1)}));
    for (int i = 0; i < 10; ++i) test.ask("question " + std::to_string(i));
    test.run();
    EXPECT_EQ(server.requests().size(), 1U);
    EXPECT_EQ(test.replies[9].reason, "circuit_open");
    EXPECT_EQ(test.replies[9].call.requests, 0U);
    EXPECT_NE(test.replies[9].error.find("who are you"), std::string::npos);
    EXPECT_NE(test.pool.status().last_error.find("401"), std::string::npos);
}

TEST(EndpointPoolFaults, RetryAfterHoldsTheWholeEndpointBack) {
    ScriptedServer server(first({fails(429, "{}", "Retry-After: 1\r\n")}));
    PoolUnderTest test(quick_options({endpoint_at(server.url(), "model-a", 8)}));
    test.ask("first");
    while (test.pool.status().last_error.empty()) test.step();
    for (int i = 0; i < 5; ++i) test.ask("later " + std::to_string(i));
    const Nanoseconds refused = test.clock.now();
    while (test.replies.empty()) {
        test.step();
        if (test.clock.now() < refused + from_seconds(0.9)) {
            ASSERT_EQ(server.requests().size(), 1U);
        }
    }
    test.run();
    EXPECT_EQ(server.requests().size(), 7U);
    for (const auto& [number, reply] : test.replies) EXPECT_EQ(reply.status, ReplyStatus::ok);
}

TEST(EndpointPoolFaults, RetryAfterAsADateAndALongOneIsNotWaitedFor) {
    ScriptedServer server(
        [](const SeenRequest&) { return fails(503, "{}", "Retry-After: Fri, 31 Dec 2099 23:59:59 GMT\r\n"); });
    PoolUnderTest test(quick_options({endpoint_at(server.url())}));
    test.ask("a");
    test.run();
    EXPECT_EQ(test.replies[0].status, ReplyStatus::failed);
    EXPECT_EQ(test.replies[0].reason, "http_503");
    EXPECT_EQ(server.requests().size(), 1U);
    EXPECT_FALSE(test.pool.available(test.clock.now()));
}

TEST(EndpointPoolFaults, ARetryGoesToAnotherEndpointOfTheModel) {
    ScriptedServer bad([](const SeenRequest&) { return fails(500); });
    ScriptedServer good([](const SeenRequest&) { return says("good"); });
    PoolOptions options = quick_options({endpoint_at(bad.url()), endpoint_at(good.url())});
    options.circuit_failures = 1000;
    PoolUnderTest test(options);
    for (int i = 0; i < 10; ++i) test.ask("a");
    test.run();
    for (const auto& [number, reply] : test.replies) {
        EXPECT_EQ(reply.status, ReplyStatus::ok);
        EXPECT_LE(reply.call.requests, 2U);
        EXPECT_EQ(reply.call.endpoint, good.url());
    }
    EXPECT_GT(bad.requests().size(), 0U);
}

TEST(EndpointPoolFaults, AnotherModelAnswersWhileAllOfItsOwnAreDown) {
    ScriptedServer bad([](const SeenRequest&) { return fails(401); });
    ScriptedServer good([](const SeenRequest&) { return says("good"); });
    PoolUnderTest test(quick_options({endpoint_at(bad.url(), "model-a"), endpoint_at(good.url(), "model-b")}));
    test.ask("a");
    test.run();
    test.ask("b");
    test.run();
    EXPECT_EQ(test.replies[1].status, ReplyStatus::ok);
    EXPECT_EQ(test.replies[1].call.model, "model-b");
    EXPECT_NE(good.requests().at(0).body.find("\"model-b\""), std::string::npos);
    EXPECT_EQ(test.replies[1].call.request_sha256,
              sha256(body_of(question("b", 1), quick_options({}).call, "model-a")));
}

TEST(EndpointPoolFaults, TheCircuitOpensProbesAndCloses) {
    std::atomic<bool> is_broken = true;
    ScriptedServer server([&](const SeenRequest&) { return is_broken ? fails(500) : says("good"); });
    PoolOptions options = quick_options({endpoint_at(server.url())});
    options.circuit_failures = 3;
    options.attempts = 3;
    options.circuit_open_seconds = 0.2;
    PoolUnderTest test(options);
    test.ask("a");
    test.run();
    EXPECT_EQ(server.requests().size(), 3U);
    EXPECT_FALSE(test.pool.available(test.clock.now())) << "open";
    test.run_for(0.3);
    EXPECT_TRUE(test.pool.available(test.clock.now())) << "one question may find out";
    test.ask("probe");
    EXPECT_FALSE(test.pool.available(test.clock.now())) << "but one only";
    test.ask("behind it");
    test.run();
    EXPECT_EQ(server.requests().size(), 4U) << "the probe failed: nobody else tried, nobody waited";
    EXPECT_EQ(test.replies[1].reason, "http_500");
    EXPECT_EQ(test.replies[2].reason, "circuit_open");
    is_broken = false;
    test.run_for(0.6);
    test.ask("second probe");
    test.run();
    EXPECT_EQ(test.replies[3].status, ReplyStatus::ok);
    EXPECT_TRUE(test.pool.available(test.clock.now()));
}

TEST(EndpointPoolFaults, NobodyListens) {
    std::string url;
    {
        url = ScriptedServer([](const SeenRequest&) { return says("x"); }).url();
    }
    PoolUnderTest test(quick_options({endpoint_at(url)}));
    for (int i = 0; i < 20; ++i) test.ask("question " + std::to_string(i));
    test.run();
    for (const auto& [number, reply] : test.replies) {
        EXPECT_EQ(reply.status, ReplyStatus::failed);
        EXPECT_TRUE(reply.reason == "connect_failed" || reply.reason == "circuit_open") << reply.reason;
        EXPECT_EQ(reply.call.reserved_tokens, 0U) << "nothing was sent";
    }
    EXPECT_FALSE(test.pool.available(test.clock.now()));
}

TEST(EndpointPoolFaults, AFirstOpeningIsWaitedOut) {
    ScriptedServer server(first({fails(500), fails(500), fails(500)}));
    PoolOptions options = quick_options({endpoint_at(server.url(), "model-a", 1)});
    options.circuit_failures = 3;
    PoolUnderTest test(options);
    for (int i = 0; i < 5; ++i) test.ask("question " + std::to_string(i));
    test.run();
    for (const auto& [number, reply] : test.replies) EXPECT_EQ(reply.status, ReplyStatus::ok) << reply.error;
    EXPECT_EQ(server.requests().size(), 8U);
}

TEST(EndpointPoolFaults, AHedgeWinsAgainstASlowRequest) {
    ScriptedServer server(first({Steps{{"", 60000}}}));
    PoolOptions options = quick_options({endpoint_at(server.url())});
    options.hedge_after_seconds = 0.05;
    PoolUnderTest test(options);
    const Request request = question("a");
    test.ask(request);
    test.run();
    const Reply& reply = test.replies[0];
    EXPECT_EQ(reply.text, "good");
    EXPECT_EQ(reply.call.requests, 2U);
    EXPECT_EQ(reply.call.hedges, 1U);
    EXPECT_EQ(reply.call.faults, 0U);
    EXPECT_EQ(reply.call.prompt_tokens, 10U);
    EXPECT_EQ(reply.call.reserved_tokens, prompt_tokens_at_most(request) + 100) << "the one that was cancelled";
}

TEST(EndpointPoolFaults, OneRequestInTenIsAHedgeAtMost) {
    // the last eight of forty find free places, and wait far longer for their replies than the others did
    std::atomic<int> seen = 0;
    ScriptedServer server([&seen](const SeenRequest&) {
        return Steps{{http_reply(200, completion("x")), ++seen <= 32 ? 20 : 3000}};
    });
    PoolOptions options = quick_options({endpoint_at(server.url(), "model-a", 32)});
    options.hedge_after_seconds = 0.5;
    PoolUnderTest test(options);
    for (int i = 0; i < 40; ++i) test.ask("question " + std::to_string(i));
    test.run();
    std::uint32_t hedges = 0;
    for (const auto& [number, reply] : test.replies) hedges += reply.call.hedges;
    EXPECT_GE(hedges, 1U);
    EXPECT_LE(hedges, 5U);
    EXPECT_EQ(test.pool.status().requests, 40U + hedges);
}

TEST(EndpointPoolFaults, AFaultOfTheFirstIsHealedByItsHedge) {
    ScriptedServer server([](const SeenRequest& request) {
        if (request.number == 0) return Steps{{http_reply(500, "{}"), 100}};
        return Steps{{http_reply(200, completion("hedged")), 200}};
    });
    PoolOptions options = quick_options({endpoint_at(server.url())});
    options.hedge_after_seconds = 0.02;
    PoolUnderTest test(options);
    test.ask("a");
    test.run();
    EXPECT_EQ(test.replies[0].text, "hedged");
    EXPECT_EQ(test.replies[0].call.requests, 2U);
    EXPECT_EQ(test.replies[0].call.faults, 1U);
    EXPECT_EQ(test.replies[0].call.reserved_tokens, 0U);
}

std::string event(const std::string& text) {
    return R"(data: {"choices":[{"delta":{"content":")" + text + "\"}}]}\n\n";
}

PoolOptions streaming(const ScriptedServer& server) {
    PoolOptions options = quick_options({endpoint_at(server.url())});
    options.call.stream = true;
    return options;
}

TEST(EndpointPoolFaults, AStreamIsPutTogether) {
    ScriptedServer server([](const SeenRequest&) {
        const std::string head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n";
        return Steps{
            {head + event("one ") + "data: {\"choi"},
            {"ces\":[{\"delta\":{\"content\":\"two\"}}]}\r\n\r\n: a comment\n\n", 20},
            {"data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"
             "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":2}}\n\ndata: [DONE]\n\n",
             0, true}};
    });
    PoolUnderTest test(streaming(server));
    test.ask("a");
    test.run();
    EXPECT_EQ(test.replies[0].text, "one two");
    EXPECT_EQ(test.replies[0].call.finish_reason, "stop");
    EXPECT_EQ(test.replies[0].call.prompt_tokens, 7U);
    EXPECT_EQ(test.replies[0].call.reserved_tokens, 0U);
}

TEST(EndpointPoolFaults, AStreamIsCutOnceTheAnswerIsComplete) {
    ScriptedServer server([](const SeenRequest&) {
        Steps steps = {{"HTTP/1.1 200 OK\r\n\r\n" + event("begin ")}, {event("END"), 20}};
        for (int i = 0; i < 1000; ++i) steps.push_back({event(" and on"), 50});
        return steps;
    });
    PoolUnderTest test(streaming(server));
    Request request = question("a");
    request.complete = [](std::string_view text) { return text.find("END") != std::string_view::npos; };
    test.ask(request);
    test.run();
    EXPECT_EQ(test.replies[0].status, ReplyStatus::ok);
    EXPECT_EQ(test.replies[0].text, "begin END");
    EXPECT_EQ(test.replies[0].call.finish_reason, "cut");
    EXPECT_EQ(test.replies[0].call.reserved_tokens, prompt_tokens_at_most(request) + 100);
    EXPECT_EQ(server.requests().size(), 1U);
}

TEST(EndpointPoolFaults, AStreamThatBreaksOffIsTriedAgain) {
    ScriptedServer server([](const SeenRequest& request) {
        const std::string head = "HTTP/1.1 200 OK\r\n\r\n";
        if (request.number == 0) return Steps{{head + event("half"), 0, true}};
        if (request.number == 1) return Steps{{head + "data: {\"error\":{\"message\":\"overloaded\"}}\n\n", 0, true}};
        return says("a server that does not stream");
    });
    PoolUnderTest test(streaming(server));
    test.ask("a");
    test.run();
    EXPECT_EQ(test.replies[0].text, "a server that does not stream");
    EXPECT_EQ(test.replies[0].call.requests, 3U);
}

}  // namespace
}  // namespace atl::llm
