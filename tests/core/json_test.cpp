// SPDX-License-Identifier: Apache-2.0
// JSON survives the way to text and back; what is no JSON is refused with its place.
#include "atoll/core/json.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>

#include "atoll/core/error.hpp"

namespace atl {
namespace {

std::string message_of(const std::string& text) {
    try {
        parse_json(text, "reply.json");
    } catch (const InputError& error) {
        return error.what();
    }
    return "no error";
}

TEST(Json, keeps_kinds_order_and_bits_through_text) {
    const std::string text =
        R"({"z":null,"a":[true,false,-9223372036854775808,9223372036854775807,0.1,1e+300,3.0,-0.0],"m":{"":"x"},"e":{},"l":[]})";
    EXPECT_EQ(parse_json(text, "t").dump(), text);
    EXPECT_EQ(parse_json(parse_json(text, "t").dump(2), "t").dump(), text);
    EXPECT_TRUE(parse_json("3.0", "t").is_number());
    EXPECT_FALSE(parse_json("3.0", "t").is_integer());
    EXPECT_TRUE(std::signbit(parse_json("-0.0", "t").as_double()));
}

TEST(Json, indented_output_has_one_member_a_line) {
    Json value;
    value.set("a", 1);
    value.set("b", Json::Array{Json(true), Json(Json::Object{})});
    EXPECT_EQ(value.dump(2), "{\n  \"a\": 1,\n  \"b\": [\n    true,\n    {}\n  ]\n}");
}

TEST(Json, escapes_what_must_be_escaped_and_replaces_broken_utf8) {
    EXPECT_EQ(Json("\"\\\n\t\r\x01/é").dump(), "\"\\\"\\\\\\n\\t\\r\\u0001/é\"");
    for (const char* broken : {"\xff", "\xc0\x80", "\xe2\x82", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\x80"}) {
        const std::string text = Json(broken).dump();
        EXPECT_NO_THROW(parse_json(text, "t")) << text;
        EXPECT_NE(text.find("\xEF\xBF\xBD"), std::string::npos);
    }
    EXPECT_EQ(parse_json(R"("\u00e9\ud83d\ude00\u0000")", "t").as_string(), std::string("é😀\0", 7));
}

TEST(Json, numbers_that_json_cannot_say_become_null) {
    EXPECT_EQ(Json(std::numeric_limits<double>::infinity()).dump(), "null");
    EXPECT_EQ(Json(std::nan("")).dump(), "null");
}

TEST(Json, integers_beyond_64_bits_become_doubles) {
    EXPECT_EQ(parse_json("18446744073709551615", "t").as_double(), 18446744073709551615.0);
    EXPECT_FALSE(parse_json("9223372036854775808", "t").is_integer());
}

TEST(Json, refuses_what_is_no_json_and_names_the_place) {
    for (const char* text : {"", " ", "{", "[1,]", "{\"a\":1,}", "{'a':1}", "01", "nul", "1 2", "[1]x", "\"\x01\"",
                             "NaN", "Infinity", "// c\n1", "\"\xff\"", "+1", ".5", "\"\\ud800\"", "1e999"}) {
        const std::string message = message_of(text);
        EXPECT_EQ(message.substr(0, 17), "reply.json: byte ") << "'" << text << "': " << message;
    }
    EXPECT_NE(message_of("{\"a\": 1,\n \"b\": }").find("line 2"), std::string::npos);
}

TEST(Json, refuses_a_member_given_twice) {
    EXPECT_EQ(message_of(R"({"a":1,"b":2,"a":3})"), "reply.json: member 'a' occurs twice");
    EXPECT_EQ(message_of(R"({"a":null,"a":null})"), "reply.json: member 'a' occurs twice");
    EXPECT_EQ(message_of(R"({"a":{"a":1},"b":{"a":1}})"), "no error");
}

TEST(Json, refuses_deep_nesting_without_exhausting_the_stack) {
    EXPECT_EQ(message_of(std::string(256, '[') + std::string(256, ']')), "no error");
    EXPECT_EQ(message_of(std::string(257, '[') + std::string(257, ']')), "reply.json: nested more than 256 deep");
    EXPECT_EQ(message_of(std::string(1'000'000, '[')), "reply.json: nested more than 256 deep");
}

TEST(Json, many_members_take_linear_time) {
    std::string text = "{";
    for (int i = 0; i < 50'000; ++i) text += (i == 0 ? "\"k" : ",\"k") + std::to_string(i) + "\":0";
    EXPECT_EQ(parse_json(text + "}", "t").as_object().size(), 50'000U);
}

TEST(Json, a_wrong_kind_names_both) {
    try {
        static_cast<void>(Json("x").as_integer());
        FAIL();
    } catch (const InputError& error) {
        EXPECT_STREQ(error.what(), "JSON: expected an integer, found a string");
    }
    EXPECT_THROW(static_cast<void>(Json(1)["a"]), InputError);
    EXPECT_TRUE(parse_json("{}", "t")["a"].is_null());
    Json number(1);
    EXPECT_THROW(number.set("a", 1), InputError);
    EXPECT_THROW(number.push_back(1), InputError);
}

TEST(Json, setting_a_member_again_replaces_it_in_place) {
    Json value;
    value.set("a", 1);
    value.set("b", 2);
    value.set("a", 3);
    EXPECT_EQ(value.dump(), R"({"a":3,"b":2})");
}

}  // namespace
}  // namespace atl
