// SPDX-License-Identifier: Apache-2.0
// The pool against a server that answers, refuses, or makes it wait.
#include "atoll/llm/endpoint_pool.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <mutex>
#include <string>

#include "atoll/core/error.hpp"
#include "atoll/core/hash.hpp"
#include "llm/pool_under_test.hpp"
#include "llm/scripted_server.hpp"

namespace atl::llm {
namespace {

TEST(EndpointPool, AnswersWithTheServersTextAndAFullRecord) {
    ScriptedServer server([](const SeenRequest&) { return says("hello \\u00e9"); });
    PoolOptions options = quick_options({endpoint_at(server.url())});
    options.prices["model-a"] = {2, 4};
    PoolUnderTest test(options);
    const Request request = question("who?", 3, 2);
    test.ask(request);
    test.run();
    const Reply& reply = test.replies[0];
    EXPECT_EQ(reply.status, ReplyStatus::ok);
    EXPECT_EQ(reply.text, "hello \xc3\xa9");
    EXPECT_EQ(reply.call.key, request.key);
    EXPECT_EQ(reply.call.status, "ok");
    EXPECT_EQ(reply.call.finish_reason, "stop");
    EXPECT_EQ(reply.call.model, "model-a");
    EXPECT_EQ(reply.call.endpoint, server.url());
    EXPECT_EQ(reply.call.request_sha256, sha256(body_of(request, options.call, "model-a")));
    EXPECT_EQ(reply.call.reply_sha256, sha256("hello \xc3\xa9"));
    EXPECT_EQ(reply.call.prompt_tokens, 10U);
    EXPECT_EQ(reply.call.completion_tokens, 5U);
    EXPECT_EQ(reply.call.reserved_tokens, 0U);
    EXPECT_DOUBLE_EQ(reply.call.usd, 10 * 2e-6 + 5 * 4e-6);
    EXPECT_EQ(reply.call.requests, 1U);
    EXPECT_EQ(reply.call.faults, 0U);
    EXPECT_FALSE(reply.call.reused);
    EXPECT_GT(reply.call.first_byte_seconds, 0);
    EXPECT_GE(reply.call.wall_seconds, reply.call.first_byte_seconds);
    const auto seen = server.requests();
    ASSERT_EQ(seen.size(), 1U);
    EXPECT_EQ(seen[0].body, body_of(request, options.call, "model-a"));
    EXPECT_TRUE(seen[0].head.starts_with("POST /v1/chat/completions HTTP/1.1\r\n")) << seen[0].head;
    EXPECT_EQ(seen[0].head.find("Authorization"), std::string::npos);
    EXPECT_EQ(seen[0].head.find("Expect"), std::string::npos);
    const ClientStatus status = test.pool.status();
    EXPECT_EQ(status.asked, 1U);
    EXPECT_EQ(status.answered, 1U);
    EXPECT_EQ(status.requests, 1U);
    EXPECT_DOUBLE_EQ(status.usd, reply.call.usd);
}

TEST(EndpointPool, AnEmptyTextIsAReply) {
    ScriptedServer server([](const SeenRequest&) { return says(""); });
    PoolUnderTest test(quick_options({endpoint_at(server.url())}));
    test.ask("a");
    test.run();
    EXPECT_EQ(test.replies[0].status, ReplyStatus::ok);
    EXPECT_EQ(test.replies[0].text, "");
    EXPECT_EQ(test.replies[0].call.requests, 1U);
}

TEST(EndpointPool, BytesThatAreNoUtf8AreReplacedAndUsageCounts) {
    ScriptedServer server([](const SeenRequest&) { return says("a\xff\xfe z"); });
    PoolUnderTest test(quick_options({endpoint_at(server.url())}));
    test.ask("a");
    test.run();
    EXPECT_EQ(test.replies[0].text, "a?? z");
    EXPECT_EQ(test.replies[0].call.prompt_tokens, 10U);
}

TEST(EndpointPool, SendsTheKeyAsBearerTokenAndNeverTellsIt) {
    const std::string key = "sk-very-secret-0123456789";
    ScriptedServer server([&](const SeenRequest& request) {
        if (request.number == 0) {
            return fails(400, R"({"error":{"message":"Incorrect key )" + key + " (sent: Bearer " + key + ")\"}}");
        }
        return says("your key is " + key);
    });
    Endpoint endpoint = endpoint_at(server.url());
    endpoint.key = key;
    PoolUnderTest test(quick_options({endpoint}));
    test.ask("a");
    test.run();
    test.ask("b");
    test.run();
    EXPECT_NE(server.requests()[0].head.find("Authorization: Bearer " + key + "\r\n"), std::string::npos);
    EXPECT_EQ(test.replies[0].status, ReplyStatus::failed);
    EXPECT_NE(test.replies[0].error.find("Incorrect key [key] (sent: Bearer [key])"), std::string::npos)
        << test.replies[0].error;
    EXPECT_EQ(test.pool.status().last_error.find(key), std::string::npos);
    EXPECT_EQ(test.replies[1].text, "your key is [key]");
}

TEST(EndpointPool, DoesNotFollowRedirectsWithTheKey) {
    ScriptedServer elsewhere([](const SeenRequest&) { return says("caught"); });
    ScriptedServer server([&](const SeenRequest&) { return fails(307, "", "Location: " + elsewhere.url() + "\r\n"); });
    Endpoint endpoint = endpoint_at(server.url());
    endpoint.key = "secret";
    PoolUnderTest test(quick_options({endpoint}));
    test.ask("a");
    test.run();
    EXPECT_EQ(test.replies[0].reason, "http_307");
    EXPECT_TRUE(elsewhere.requests().empty());
}

TEST(EndpointPool, MoreQuestionsThanConcurrencyWaitInOrder) {
    ScriptedServer server([](const SeenRequest&) { return Steps{{http_reply(200, completion("x")), 5}}; });
    PoolUnderTest test(quick_options({endpoint_at(server.url(), "model-a", 3)}));
    for (int i = 0; i < 20; ++i) test.ask("question " + std::to_string(i));
    test.run();
    EXPECT_EQ(server.most_at_once(), 3U);
    EXPECT_EQ(test.pool.concurrency(), 3U);
    const auto seen = server.requests();
    ASSERT_EQ(seen.size(), 20U);
    const std::string first = seen[0].body + seen[1].body + seen[2].body;
    EXPECT_NE(first.find("question 0"), std::string::npos) << "one of the three that are sent at once";
    EXPECT_NE(seen.back().body.find("question 1"), std::string::npos) << "one of the last (17 to 19) is sent last";
}

TEST(EndpointPool, OneThatIsCalledBackMayAskAgain) {
    ScriptedServer server([](const SeenRequest&) { return says("x"); });
    PoolUnderTest test(quick_options({endpoint_at(server.url())}));
    int answers = 0;
    std::function<void(Reply)> again = [&](const Reply&) {
        if (++answers < 5) test.pool.ask(question("again"), again);
    };
    test.pool.ask(question("first"), again);
    for (int i = 0; i < 1000 && answers < 5; ++i) test.step();
    EXPECT_EQ(answers, 5);
}

TEST(EndpointPool, EndpointsOfAModelShareByWeightAndModelsGetTheirOwn) {
    ScriptedServer light([](const SeenRequest&) { return says("light"); });
    ScriptedServer heavy([](const SeenRequest&) { return says("heavy"); });
    ScriptedServer other([](const SeenRequest&) { return says("other"); });
    Endpoint heavy_endpoint = endpoint_at(heavy.url());
    heavy_endpoint.weight = 3;
    PoolUnderTest test(quick_options({endpoint_at(light.url()), heavy_endpoint, endpoint_at(other.url(), "model-b")}));
    for (std::uint32_t i = 0; i < 40; ++i) {
        test.ask("a");
        test.run();  // one at a time: load says nothing
    }
    EXPECT_EQ(light.requests().size(), 10U);
    EXPECT_EQ(heavy.requests().size(), 30U);
    EXPECT_TRUE(other.requests().empty());
    Request request = question("b");
    request.model = 1;
    test.ask(request);
    test.run();
    EXPECT_EQ(test.replies[40].text, "other");
    EXPECT_NE(other.requests()[0].body.find("model-b"), std::string::npos);
}

TEST(EndpointPool, BudgetOfTokensIsNeverExceededUnderConcurrency) {
    std::mutex mutex;
    std::uint64_t charged = 0;
    ScriptedServer server([&](const SeenRequest&) {
        const std::lock_guard lock(mutex);
        charged += 30 + 100;
        return Steps{{http_reply(200, completion("x", 30, 100)), 2}};
    });
    PoolOptions options = quick_options({endpoint_at(server.url(), "model-a", 16)});
    options.budget_tokens = 2000;
    PoolUnderTest test(options);
    for (int i = 0; i < 40; ++i) test.ask("abc");
    test.run();
    std::uint64_t recorded = 0;
    std::size_t answered = 0;
    for (const auto& [number, reply] : test.replies) {
        recorded += reply.call.prompt_tokens + reply.call.completion_tokens + reply.call.reserved_tokens;
        if (reply.status == ReplyStatus::ok) {
            ++answered;
        } else {
            EXPECT_EQ(reply.status, ReplyStatus::over_budget);
            EXPECT_EQ(reply.reason, "budget_tokens");
            EXPECT_EQ(reply.call.requests, 0U);
        }
    }
    EXPECT_LE(charged, 2000U);
    EXPECT_EQ(recorded, charged) << "records say what the server says";
    EXPECT_EQ(answered, 15U) << "each reserves 135 and costs 130: what was reserved in vain is given back";
    EXPECT_FALSE(test.pool.available(test.clock.now())) << "50 tokens are left, and a reply alone may have 100";
}

TEST(EndpointPool, BudgetOfMoneyIsSplitOverIslands) {
    ScriptedServer server([](const SeenRequest&) { return Steps{{http_reply(200, completion("x", 30, 100))}}; });
    PoolOptions options = quick_options({endpoint_at(server.url())});
    options.prices["model-a"] = {1000, 1000};  // 0.001 USD a token; a question reserves 0.135
    options.budget_usd = 0.6;
    options.budget_islands = 2;
    PoolUnderTest test(options);
    for (std::uint32_t i = 0; i < 10; ++i) test.ask(question("abc", i, 0));
    test.run();
    double usd = 0;
    for (const auto& [number, reply] : test.replies) usd += reply.call.usd;
    EXPECT_NEAR(usd, 2 * 0.13, 1e-12) << "0.3 each";
    EXPECT_EQ(test.replies[9].reason, "budget_usd");
    EXPECT_TRUE(test.pool.available(test.clock.now())) << "the other island has its own";
    test.ask(question("abc", 0, 1));
    test.run();
    EXPECT_EQ(test.replies[10].status, ReplyStatus::ok);
}

TEST(EndpointPool, ASpentBudgetIsOne) {
    ScriptedServer server([](const SeenRequest&) { return says("x"); });
    PoolOptions options = quick_options({endpoint_at(server.url())});
    options.has_token_budget = true;
    PoolUnderTest test(options);
    EXPECT_FALSE(test.pool.available(test.clock.now()));
    test.ask("a");
    test.run();
    EXPECT_EQ(test.replies[0].status, ReplyStatus::over_budget);
    EXPECT_TRUE(server.requests().empty());
}

TEST(EndpointPool, AReplyWithoutUsageIsChargedAtItsMost) {
    ScriptedServer server([](const SeenRequest&) {
        return Steps{{http_reply(200, R"({"choices":[{"message":{"content":"x"},"finish_reason":"stop"}]})")}};
    });
    PoolUnderTest test(quick_options({endpoint_at(server.url())}));
    const Request request = question("abc");
    test.ask(request);
    test.run();
    EXPECT_EQ(test.replies[0].status, ReplyStatus::ok);
    EXPECT_EQ(test.replies[0].call.prompt_tokens, 0U);
    EXPECT_EQ(test.replies[0].call.reserved_tokens, prompt_tokens_at_most(request) + 100);
}

TEST(EndpointPool, EqualQuestionsAreAskedOnceWhenReuseIsOn) {
    ScriptedServer server([](const SeenRequest&) { return Steps{{http_reply(200, completion("same")), 20}}; });
    PoolOptions options = quick_options({endpoint_at(server.url())});
    options.reuse = Reuse::always;
    PoolUnderTest test(options);
    for (std::uint32_t i = 0; i < 4; ++i) test.ask(question("equal", i, i));
    test.ask(question("another", 9));
    test.run();
    test.ask(question("equal", 7, 7));  // long answered
    test.run();
    EXPECT_EQ(server.requests().size(), 2U);
    std::uint64_t tokens = 0;
    for (std::size_t i : {0, 1, 2, 3, 5}) {
        const Reply& reply = test.replies[i];
        EXPECT_EQ(reply.status, ReplyStatus::ok);
        EXPECT_EQ(reply.text, "same");
        EXPECT_EQ(reply.call.reused, i != 0);
        EXPECT_EQ(reply.call.requests, i == 0 ? 1U : 0U);
        EXPECT_EQ(reply.call.key.slot, i == 5 ? 7U : i);
        EXPECT_EQ(reply.call.reply_sha256, sha256("same"));
        EXPECT_EQ(reply.call.request_sha256, test.replies[0].call.request_sha256);
        tokens += reply.call.prompt_tokens;
    }
    EXPECT_EQ(tokens, 10U);
    EXPECT_EQ(test.order.front() == 0 || test.order.front() == 4, true) << "the asked one before its followers";
}

TEST(EndpointPool, ReuseWithinAnIslandStaysThere) {
    ScriptedServer server([](const SeenRequest&) { return says("x"); });
    PoolOptions options = quick_options({endpoint_at(server.url())});
    options.reuse = Reuse::within_island;
    PoolUnderTest test(options);
    for (std::uint32_t i = 0; i < 6; ++i) test.ask(question("equal", i, i % 2));
    test.run();
    EXPECT_EQ(server.requests().size(), 2U);
}

TEST(EndpointPool, CancelAllEndsEveryQuestionOnce) {
    ScriptedServer server([](const SeenRequest&) { return Steps{{"", 60000}}; });
    PoolOptions options = quick_options({endpoint_at(server.url(), "model-a", 2)});
    options.reuse = Reuse::always;
    PoolUnderTest test(options);
    for (int i = 0; i < 5; ++i) test.ask("question " + std::to_string(i));
    test.ask("question 0");
    while (server.requests().size() < 2) test.step();
    test.ask("not even seen by the loop");
    test.pool.cancel_all();
    ASSERT_EQ(test.replies.size(), 7U);
    std::uint64_t reserved = 0;
    for (const auto& [number, reply] : test.replies) {
        EXPECT_EQ(reply.status, ReplyStatus::cancelled);
        EXPECT_EQ(reply.call.status, "cancelled");
        reserved += reply.call.reserved_tokens;
    }
    EXPECT_EQ(reserved, 2 * (prompt_tokens_at_most(question("question 0")) + 100)) << "two were on their way";
    EXPECT_EQ(test.pool.status().failed, 0U);
}

TEST(EndpointPool, RequestsPerMinuteHoldBack) {
    ScriptedServer server([](const SeenRequest&) { return says("x"); });
    Endpoint endpoint = endpoint_at(server.url());
    endpoint.requests_per_minute = 60;  // one at once, then one a second
    PoolUnderTest test(quick_options({endpoint}));
    test.ask("a");
    test.ask("b");
    test.ask("c");
    while (test.replies.empty()) test.step();
    test.step();
    EXPECT_EQ(server.requests().size(), 1U);
    EXPECT_GT(test.pool.wake_at(), test.clock.now());
    test.pool.cancel_all();
    EXPECT_EQ(test.replies[1].status, ReplyStatus::cancelled);
}

TEST(EndpointPool, RefusesOptionsThatMakeNoSense) {
    EXPECT_THROW(EndpointPool(PoolOptions{}), InputError);
    PoolOptions options = quick_options({endpoint_at("http://127.0.0.1:1/v1")});
    options.budget_usd = 1;
    try {
        const EndpointPool pool(options);
        FAIL() << "a budget in USD without a price";
    } catch (const InputError& error) {
        EXPECT_STREQ(error.what(),
                     "language models: a budget in USD needs the price of 'model-a'; add it to the price file");
    }
    options = quick_options({endpoint_at("http://127.0.0.1:1/v1")});
    options.attempts = 0;
    EXPECT_THROW(EndpointPool{options}, InputError);
}

}  // namespace
}  // namespace atl::llm
