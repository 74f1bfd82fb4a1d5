// SPDX-License-Identifier: Apache-2.0
// What is kept and what is dropped.
#include "llm/reply_cache.hpp"

#include <gtest/gtest.h>

#include <string>

namespace atl::llm {
namespace {

ReuseKey key_of(const std::string& body, std::uint32_t island = 0) { return {sha256(body), island}; }

TEST(ReplyCache, DropsWhatWasUsedLeastRecently) {
    ReplyCache cache(2, 1000);
    cache.keep(key_of("a"), {"A", "stop", "m", "e"});
    cache.keep(key_of("b"), {"B", "stop", "m", "e"});
    ASSERT_NE(cache.find(key_of("a")), nullptr);
    cache.keep(key_of("c"), {"C", "stop", "m", "e"});
    EXPECT_EQ(cache.size(), 2U);
    EXPECT_EQ(cache.find(key_of("b")), nullptr);
    EXPECT_EQ(cache.find(key_of("a"))->text, "A");
    EXPECT_EQ(cache.find(key_of("c"))->text, "C");
}

TEST(ReplyCache, IslandsAreApart) {
    ReplyCache cache(8, 1000);
    cache.keep(key_of("a", 1), {"A", "", "", ""});
    EXPECT_EQ(cache.find(key_of("a", 2)), nullptr);
    EXPECT_NE(cache.find(key_of("a", 1)), nullptr);
}

TEST(ReplyCache, BytesAreBoundedToo) {
    ReplyCache cache(100, 10);
    cache.keep(key_of("a"), {"12345", "", "", ""});
    cache.keep(key_of("b"), {"67890", "", "", ""});
    cache.keep(key_of("c"), {"x", "", "", ""});
    EXPECT_EQ(cache.find(key_of("a")), nullptr);
    EXPECT_EQ(cache.size(), 2U);
    cache.keep(key_of("d"), {"longer than all", "", "", ""});
    EXPECT_EQ(cache.find(key_of("d")), nullptr);
    EXPECT_EQ(cache.size(), 2U);
}

TEST(ReplyCache, NoEntriesAllowedIsNoCache) {
    ReplyCache cache(0, 1000);
    cache.keep(key_of("a"), {"A", "", "", ""});
    EXPECT_EQ(cache.find(key_of("a")), nullptr);
}

}  // namespace
}  // namespace atl::llm
