// SPDX-License-Identifier: Apache-2.0
// The body that is sent.
#include "atoll/llm/request.hpp"

#include <gtest/gtest.h>

#include "atoll/core/json.hpp"

namespace atl::llm {
namespace {

Request hello() {
    Request request;
    request.messages = {{"system", "be brief"}, {"user", "say \"h\xc3\xa9\" \xff"}};
    return request;
}

TEST(Request, BodyIsTheSameBytesForTheSameRequest) {
    CallOptions options;
    options.temperature = 0.5;
    options.max_tokens = 9;
    EXPECT_EQ(body_of(hello(), options, "m"),
              "{\"model\":\"m\",\"messages\":[{\"role\":\"system\",\"content\":\"be brief\"},"
              "{\"role\":\"user\",\"content\":\"say \\\"h\xc3\xa9\\\" ?\"}],\"temperature\":0.5,\"max_tokens\":9}");
    Request elsewhere = hello();
    elsewhere.key = {3, 4, 5, 6};
    EXPECT_EQ(body_of(elsewhere, options, "m"), body_of(hello(), options, "m")) << "the key is not sent";
}

TEST(Request, SeedAndStreamAreSentOnlyWhenSet) {
    CallOptions options;
    const Json plain = parse_json(body_of(hello(), options, "m"), "body");
    EXPECT_TRUE(plain["seed"].is_null());
    EXPECT_TRUE(plain["stream"].is_null());
    options.seed = -7;
    options.stream = true;
    const Json full = parse_json(body_of(hello(), options, "m"), "body");
    EXPECT_EQ(full["seed"].as_integer(), -7);
    EXPECT_TRUE(full["stream"].as_bool());
    EXPECT_TRUE(full["stream_options"]["include_usage"].as_bool());
}

TEST(Request, PromptTokensAreAtMostItsBytesAndAFewAMessage) {
    EXPECT_EQ(prompt_tokens_at_most(Request{}), 16U);
    EXPECT_EQ(prompt_tokens_at_most(hello()), 16U + 8 + 16 + 11 + 16);
}

}  // namespace
}  // namespace atl::llm
