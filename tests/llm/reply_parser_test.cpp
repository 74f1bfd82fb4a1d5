// SPDX-License-Identifier: Apache-2.0
// Replies of servers, good and bad, whole and cut.
#include "llm/reply_parser.hpp"

#include <gtest/gtest.h>

#include <string>

#include "atoll/core/random.hpp"

namespace atl::llm {
namespace {

const std::string good =
    R"({"id":"x","choices":[{"index":0,"message":{"role":"assistant","content":"a\nb"},"finish_reason":"length"}],)"
    R"("usage":{"prompt_tokens":3,"completion_tokens":4,"total_tokens":7}})";

TEST(ReplyParser, ReadsTextReasonAndUsage) {
    const ParsedReply reply = parse_completion(good);
    EXPECT_TRUE(reply.has_text);
    EXPECT_EQ(reply.text, "a\nb");
    EXPECT_EQ(reply.finish_reason, "length");
    ASSERT_TRUE(reply.usage);
    EXPECT_EQ(reply.usage->prompt, 3U);
    EXPECT_EQ(reply.usage->completion, 4U);
}

TEST(ReplyParser, NullAndMissingContentIsAnEmptyText) {
    for (const std::string message : {R"({"content":null})", R"({"content":""})", "{}"}) {
        const ParsedReply reply = parse_completion(R"({"choices":[{"message":)" + message + "}]}");
        EXPECT_TRUE(reply.has_text) << message;
        EXPECT_EQ(reply.text, "");
        EXPECT_FALSE(reply.usage);
    }
}

TEST(ReplyParser, PartsAreJoined) {
    const ParsedReply reply = parse_completion(
        R"({"choices":[{"message":{"content":[{"type":"text","text":"a"},{"type":"image"},{"type":"text","text":"b"}]}}]})");
    EXPECT_EQ(reply.text, "ab");
}

TEST(ReplyParser, OtherShapesHaveAReason) {
    EXPECT_EQ(parse_completion("").reason, "not_json");
    EXPECT_EQ(parse_completion("<html></html>").reason, "not_json");
    EXPECT_EQ(parse_completion("[1]").reason, "not_json");
    EXPECT_EQ(parse_completion(std::string(100'000, '[')).reason, "not_json");
    for (const char* body : {"{}", R"({"choices":[]})", R"({"choices":{}})", R"({"choices":[1]})",
                             R"({"choices":[{"message":"x"}]})", R"({"choices":[{"text":"x"}]})"}) {
        EXPECT_EQ(parse_completion(body).reason, "no_choices") << body;
        EXPECT_FALSE(parse_completion(body).has_text);
    }
    EXPECT_EQ(parse_completion(R"({"error":{"message":"overloaded"}})").error, "the reply is an error: overloaded");
}

TEST(ReplyParser, AContentThatIsNoTextIsTheServersFaultAndNoEmptyReply) {
    for (const std::string content : {"17", "true", R"({"text":"x"})"}) {
        const ParsedReply reply = parse_completion(R"({"choices":[{"message":{"content":)" + content + "}}]}");
        EXPECT_FALSE(reply.has_text) << content;
        EXPECT_EQ(reply.reason, "no_choices") << content;
        StreamReader reader;
        reader.feed(R"(data: {"choices":[{"delta":{"content":)" + content + "}}]}\n\ndata: [DONE]\n\n");
        EXPECT_FALSE(reader.take().has_text) << content;
    }
}

TEST(ReplyParser, AbsurdUsageIsNone) {
    for (const char* usage : {R"({"prompt_tokens":-1,"completion_tokens":1})", R"({"prompt_tokens":1})",
                              R"({"prompt_tokens":1e300,"completion_tokens":1})", R"([1])", "7",
                              R"({"prompt_tokens":99999999999,"completion_tokens":1})"}) {
        const ParsedReply reply =
            parse_completion(std::string(R"({"choices":[{"message":{"content":"x"}}],"usage":)") + usage + "}");
        EXPECT_TRUE(reply.has_text);
        EXPECT_FALSE(reply.usage) << usage;
    }
}

TEST(ReplyParser, BadBytesAndNulBecomeQuestionMarks) {
    EXPECT_EQ(parse_completion("{\"choices\":[{\"message\":{\"content\":\"\xff\\u0000z\"}}]}").text, "??z");
}

TEST(ReplyParser, ErrorWordsOfManyShapesAndBounded) {
    EXPECT_EQ(error_message_of(R"({"error":{"message":"a"}})"), "a");
    EXPECT_EQ(error_message_of(R"({"error":"b"})"), "b");
    EXPECT_EQ(error_message_of(R"({"message":"c"})"), "c");
    EXPECT_EQ(error_message_of(R"({"detail":"d"})"), "d");
    EXPECT_EQ(error_message_of("<html>"), "");
    EXPECT_EQ(error_message_of(R"({"error":")" + std::string(5000, 'x') + "\"}").size(), 300U);
}

TEST(ReplyParser, NothingThatIsCutOrDamagedThrows) {
    RandomStream random(3, 0, 0, 0, StreamPurpose::test);
    std::size_t still_good = 0;
    for (std::size_t i = 0; i < good.size(); ++i) {
        EXPECT_FALSE(parse_completion(good.substr(0, i)).has_text);
        std::string damaged = good;
        damaged[i] = static_cast<char>(random.below(256));
        still_good += parse_completion(damaged).has_text ? 1 : 0;
        StreamReader stream;
        stream.feed("data: " + damaged + "\n\n" + damaged);
        stream.take();
    }
    EXPECT_GT(still_good, 0U);
    EXPECT_LT(still_good, good.size());
}

const std::string streamed =
    "data: {\"choices\":[{\"delta\":{\"role\":\"assistant\"}}]}\n\n"
    "data: {\"choices\":[{\"delta\":{\"content\":\"one \"}}]}\r\n\r\n"
    ": ping\nevent: message\ndata: {\"choices\":[{\"delta\":\n"
    "data: {\"content\":\"t\xc3\xa9o\"}}]}\n\n"
    "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"
    "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":6}}\n\n"
    "data: [DONE]\n\n";

TEST(StreamReader, IsTheSameHoweverThePiecesAreCut) {
    for (std::size_t piece = 1; piece <= streamed.size(); ++piece) {
        StreamReader stream;
        for (std::size_t at = 0; at < streamed.size(); at += piece) stream.feed(streamed.substr(at, piece));
        EXPECT_TRUE(stream.is_finished());
        const ParsedReply reply = stream.take();
        EXPECT_TRUE(reply.has_text);
        EXPECT_EQ(reply.text, "one t\xc3\xa9o");
        EXPECT_EQ(reply.finish_reason, "stop");
        ASSERT_TRUE(reply.usage);
        EXPECT_EQ(reply.usage->completion, 6U);
    }
}

TEST(StreamReader, BreakingOffIsAFault) {
    const std::size_t end = streamed.find("stop") + 4;
    for (std::size_t length = 0; length < end; ++length) {
        StreamReader stream;
        stream.feed(streamed.substr(0, length));
        EXPECT_FALSE(stream.take().has_text) << length;
    }
}

TEST(StreamReader, AnErrorInTheMiddleIsAFault) {
    StreamReader stream;
    stream.feed(
        "data: {\"choices\":[{\"delta\":{\"content\":\"x\"}}]}\n\ndata: {\"error\":{\"message\":\"gone\"}}\n\n");
    const ParsedReply reply = stream.take();
    EXPECT_FALSE(reply.has_text);
    EXPECT_EQ(reply.error, "the stream is an error: gone");
}

TEST(StreamReader, APlainDocumentHasNoEvents) {
    StreamReader stream;
    stream.feed(good);
    EXPECT_FALSE(stream.has_events());
}

}  // namespace
}  // namespace atl::llm
