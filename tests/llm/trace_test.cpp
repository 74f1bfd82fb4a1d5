// SPDX-License-Identifier: Apache-2.0
// A trace reads back as it was written, names the line that is none, and answers what was asked before.
#include "atoll/llm/trace.hpp"

#include <gtest/gtest.h>

#include <utility>

#include "atoll/core/error.hpp"

namespace atl::llm {
namespace {

const std::vector<std::string> models{"small", "large"};

LlmCallRecord answered(std::uint32_t island, const Sha256& request, std::uint64_t occurrence, std::string reply) {
    LlmCallRecord call;
    call.key.island = island;
    call.request_sha256 = request;
    call.occurrence = occurrence;
    call.reply_sha256 = sha256(reply);
    call.reply = std::move(reply);
    call.status = "ok";
    call.finish_reason = "stop";
    call.model = "large";
    call.prompt_tokens = 1200;
    call.completion_tokens = 34;
    return call;
}

LlmCallRecord unanswered(const std::string& status) {
    LlmCallRecord call = answered(3, sha256("x"), 1, "");
    call.reply_sha256 = {};
    call.status = status;
    call.finish_reason.clear();
    return call;
}

std::string line_of(const std::string& members) {
    return R"({"island": 1, "request_sha256": ")" + to_hex(sha256("x")) + R"(", "occurrence": 0)" + members + "}\n";
}

TEST(Trace, EachLineReadsBackAsItWasWritten) {
    std::vector<LlmCallRecord> calls{
        answered(7, sha256("a"), 2, "caf\xc3\xa9 \xf0\x9f\x98\x80 \"quoted\"\\\n\ttext \x01"),
        answered(0, sha256("b"), 1ULL << 60U, ""), unanswered("http_503")};
    std::string text;
    for (const LlmCallRecord& call : calls) {
        const std::string line = trace_line(call);
        EXPECT_EQ(line.find('\n'), line.size() - 1) << "one line";
        text += line;
    }
    const std::vector<LlmCallRecord> back = parse_trace(text, "t");
    ASSERT_EQ(back.size(), calls.size());
    for (std::size_t i = 0; i < calls.size(); ++i) {
        EXPECT_EQ(back[i].key.island, calls[i].key.island);
        EXPECT_EQ(back[i].request_sha256, calls[i].request_sha256);
        EXPECT_EQ(back[i].occurrence, calls[i].occurrence);
        EXPECT_EQ(back[i].reply, calls[i].reply);
        EXPECT_EQ(back[i].status, calls[i].status);
        EXPECT_EQ(back[i].finish_reason, calls[i].finish_reason);
        EXPECT_EQ(back[i].model, calls[i].model);
        EXPECT_EQ(back[i].prompt_tokens, calls[i].prompt_tokens);
        EXPECT_EQ(back[i].completion_tokens, calls[i].completion_tokens);
        EXPECT_EQ(trace_line(back[i]), trace_line(calls[i]));
    }
}

TEST(Trace, BlankLinesAndMissingOptionalMembersAreRead) {
    const auto calls = parse_trace("\n \t\r\n" + line_of(R"(, "reply": "r")") + "\r\n\n", "t");
    ASSERT_EQ(calls.size(), 1U);
    EXPECT_EQ(calls[0].key.island, 1U);
    EXPECT_EQ(calls[0].request_sha256, sha256("x"));
    EXPECT_EQ(calls[0].status, "ok");
    EXPECT_EQ(calls[0].reply, "r");
    EXPECT_EQ(calls[0].model, "");
    EXPECT_EQ(calls[0].prompt_tokens, 0U);
    EXPECT_TRUE(parse_trace("", "t").empty());
    std::string last = line_of(R"(, "reply": "r")");
    last.pop_back();
    EXPECT_EQ(parse_trace(last, "t").size(), 1U) << "the last line needs no end";
}

TEST(Trace, AnotherFormatIsRefusedNamingBothAndTheLine) {
    try {
        parse_trace("\n" + line_of(R"(, "reply": "r", "format": "atoll-llm-trace/2")"), "t.jsonl");
        FAIL();
    } catch (const FormatVersionError& error) {
        const std::string what = error.what();
        EXPECT_TRUE(what.starts_with("t.jsonl:2: ")) << what;
        EXPECT_NE(what.find("'atoll-llm-trace/2'"), std::string::npos) << what;
        EXPECT_NE(what.find("atoll-llm-trace/1"), std::string::npos) << what;
    }
}

TEST(Trace, ALineThatIsNoneIsNamed) {
    const std::string digest = to_hex(sha256("x"));
    const std::string good = line_of(R"(, "reply": "r")");
    const auto with = [&](const std::string& island, const std::string& request, const std::string& occurrence,
                          const std::string& rest) {
        return "{\"island\": " + island + ", \"request_sha256\": " + request + ", \"occurrence\": " + occurrence +
               rest + "}";
    };
    const std::string request = '"' + digest + '"';
    const std::string reply = R"(, "reply": "r")";
    for (const std::string& bad : {
             std::string("{"),
             std::string("[]"),
             std::string("12"),
             std::string("{}"),
             good.substr(0, good.size() / 2),
             "{} " + good,
             with("-1", request, "0", reply),
             with("4294967296", request, "0", reply),
             with("1.5", request, "0", reply),
             with("\"1\"", request, "0", reply),
             with("null", request, "0", reply),
             with("1", "\"00\"", "0", reply),
             with("1", '"' + digest.substr(1) + "z\"", "0", reply),
             with("1", "5", "0", reply),
             with("1", request, "-1", reply),
             with("1", request, "null", reply),
             with("1", request, "0", ""),
             with("1", request, "0", R"(, "reply": null)"),
             with("1", request, "0", R"(, "reply": null, "status": "ok")"),
             with("1", request, "0", R"(, "reply": 5)"),
             with("1", request, "0", reply + R"(, "status": 5)"),
             with("1", request, "0", reply + R"(, "format": 1)"),
             with("1", request, "0", reply + R"(, "model": 1)"),
             with("1", request, "0", reply + R"(, "finish_reason": [])"),
             with("1", request, "0", reply + R"(, "usage": 1)"),
             with("1", request, "0", reply + R"(, "usage": {"prompt_tokens": -1, "completion_tokens": 0})"),
         }) {
        std::string text = good + "\n";
        text += bad;
        try {
            parse_trace(text, "t.jsonl");
            ADD_FAILURE() << "read: " << bad;
        } catch (const InputError& error) {
            EXPECT_TRUE(std::string(error.what()).starts_with("t.jsonl:3:")) << error.what() << " of " << bad;
        }
    }
}

TEST(Trace, HoldsWhatAReplayWouldNotComeToByItself) {
    EXPECT_TRUE(belongs_into_trace(answered(0, sha256("x"), 0, "r")));
    EXPECT_TRUE(belongs_into_trace(answered(0, sha256("x"), 0, "")));
    EXPECT_TRUE(belongs_into_trace(unanswered("http_503")));
    EXPECT_TRUE(belongs_into_trace(unanswered("budget_usd")));
    EXPECT_FALSE(belongs_into_trace(unanswered("trace_miss")));
    EXPECT_FALSE(belongs_into_trace(unanswered("cancelled")));
    LlmCallRecord lost = answered(0, sha256("x"), 0, "r");
    lost.reply.clear();
    EXPECT_FALSE(belongs_into_trace(lost));
}

Request question(std::uint32_t island, const std::string& words) {
    Request request;
    request.key = {island, 5, 1, 0};
    request.messages = {{"user", words}};
    request.model = 1;
    return request;
}

Sha256 digest_of(const std::string& words) { return sha256(body_of(question(0, words), {}, "large")); }

/// Asks, and takes what comes.
Reply ask(TracePlayer& player, const Request& request) {
    Reply got;
    int times = 0;
    player.ask(request, [&](Reply reply) {
        got = std::move(reply);
        ++times;
    });
    EXPECT_EQ(times, 0) << "never inside ask()";
    EXPECT_EQ(player.wake_at(), 0);
    player.poll(0);
    player.poll(0);
    EXPECT_EQ(times, 1);
    EXPECT_GT(player.wake_at(), 0);
    return got;
}

TEST(TracePlayer, AnswersByIslandRequestAndOccurrence) {
    TracePlayer player({}, models,
                       {answered(0, digest_of("a"), 0, "first"), answered(0, digest_of("a"), 1, "second"),
                        answered(0, digest_of("b"), 0, "other request"), answered(1, digest_of("a"), 0, "island 1")});
    EXPECT_EQ(ask(player, question(0, "a")).text, "first");
    EXPECT_EQ(ask(player, question(1, "a")).text, "island 1");
    EXPECT_EQ(ask(player, question(0, "b")).text, "other request");
    const Reply reply = ask(player, question(0, "a"));
    EXPECT_EQ(reply.status, ReplyStatus::ok);
    EXPECT_EQ(reply.text, "second");
    EXPECT_EQ(reply.call.status, "ok");
    EXPECT_EQ(reply.call.key, (EvaluationKey{0, 5, 1, 0}));
    EXPECT_EQ(reply.call.model, "large");
    EXPECT_EQ(reply.call.finish_reason, "stop");
    EXPECT_EQ(reply.call.origin, Origin::replayed);
    EXPECT_EQ(reply.call.occurrence, 1U);
    EXPECT_EQ(reply.call.prompt_tokens, 1200U);
    EXPECT_EQ(reply.call.requests, 0U) << "nothing was sent";
    EXPECT_EQ(player.status().asked, 4U);
    EXPECT_EQ(player.status().answered, 4U);
    EXPECT_EQ(player.status().prompt_tokens, 4800U);
    EXPECT_EQ(player.status().requests, 0U);
}

TEST(TracePlayer, SkippedQuestionsCountAsOccurrences) {
    TracePlayer player({}, models,
                       {answered(0, digest_of("a"), 0, "0"), answered(0, digest_of("a"), 1, "1"),
                        answered(0, digest_of("a"), 2, "2")});
    player.skip(question(0, "a"));
    player.skip(1, digest_of("a"));
    EXPECT_EQ(ask(player, question(0, "a")).text, "1");
    player.skip(0, digest_of("a"));
    EXPECT_EQ(ask(player, question(0, "a")).status, ReplyStatus::missing);
    EXPECT_EQ(player.status().asked, 2U);
}

TEST(TracePlayer, TheLastOfEqualEntriesCounts) {
    TracePlayer player({}, models,
                       {answered(0, digest_of("a"), 0, "interrupted"), answered(0, digest_of("a"), 0, "used")});
    EXPECT_EQ(ask(player, question(0, "a")).text, "used");
}

TEST(TracePlayer, WhatTheTraceLacksIsMissing) {
    TracePlayer player({}, models, {answered(0, digest_of("a"), 1, "r")});
    const Reply reply = ask(player, question(0, "a"));
    EXPECT_EQ(reply.status, ReplyStatus::missing);
    EXPECT_EQ(reply.reason, "trace_miss");
    EXPECT_EQ(reply.call.status, "trace_miss");
    EXPECT_EQ(reply.text, "");
    EXPECT_NE(reply.error.find("the trace holds no reply"), std::string::npos) << reply.error;
    EXPECT_EQ(player.status().failed, 1U);
    EXPECT_EQ(player.status().last_error, reply.error);
    EXPECT_TRUE(player.available(0)) << "the next one may be there";
}

TEST(TracePlayer, AFailedCallFailsAgain) {
    LlmCallRecord failed = unanswered("first_byte_timeout");
    failed.key.island = 0;
    failed.request_sha256 = digest_of("a");
    failed.occurrence = 0;
    TracePlayer player({}, models, {failed});
    const Reply reply = ask(player, question(0, "a"));
    EXPECT_EQ(reply.status, ReplyStatus::failed);
    EXPECT_EQ(reply.reason, "first_byte_timeout");
    EXPECT_EQ(reply.call.status, "first_byte_timeout");
    EXPECT_EQ(reply.call.origin, Origin::replayed);
    EXPECT_NE(reply.error.find("first_byte_timeout"), std::string::npos);
    EXPECT_EQ(player.status().failed, 1U);
    EXPECT_EQ(player.status().answered, 0U);
}

TEST(TracePlayer, CancellingEndsWhatWaits) {
    TracePlayer player({}, models, {answered(0, digest_of("a"), 0, "r")});
    std::vector<Reply> replies;
    for (int i = 0; i < 2; ++i) player.ask(question(0, "a"), [&](Reply reply) { replies.push_back(std::move(reply)); });
    player.cancel_all();
    ASSERT_EQ(replies.size(), 2U);
    for (const Reply& reply : replies) {
        EXPECT_EQ(reply.status, ReplyStatus::cancelled);
        EXPECT_EQ(reply.call.status, "cancelled");
        EXPECT_FALSE(belongs_into_trace(reply.call));
    }
    player.poll(0);
    EXPECT_EQ(replies.size(), 2U);
}

}  // namespace
}  // namespace atl::llm
