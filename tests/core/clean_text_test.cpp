// SPDX-License-Identifier: Apache-2.0
// Any bytes become UTF-8, cut at a character.
#include "atoll/core/clean_text.hpp"

#include <gtest/gtest.h>

#include <string_view>

namespace atl {
namespace {

TEST(CleanText, IsAlwaysUtf8WithoutNul) {
    EXPECT_EQ(clean_text("plain"), "plain");
    EXPECT_EQ(clean_text("h\xc3\xa9!"), "h\xc3\xa9!");
    EXPECT_EQ(clean_text(std::string_view("a\0b", 3)), "a?b");
    EXPECT_EQ(clean_text("\xff\xc3"), "??");
    EXPECT_EQ(clean_text("\xc0\xaf"), "??") << "overlong";
    EXPECT_EQ(clean_text("\xed\xa0\x80"), "???") << "surrogate";
    EXPECT_EQ(clean_text("\xf0\x9f\x98\x80"), "\xf0\x9f\x98\x80");
    EXPECT_EQ(clean_text("ab\xc3\xa9", 3), "ab") << "never cut inside a character";
}

}  // namespace
}  // namespace atl
