// SPDX-License-Identifier: Apache-2.0
// Names of verdicts and origins read back as what they were.
#include "atoll/core/verdict.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "atoll/core/record.hpp"

namespace atl {
namespace {

TEST(Verdict, every_kind_has_a_name_of_its_own_that_reads_back) {
    std::set<std::string_view> names;
    for (int i = 0; i <= static_cast<int>(VerdictKind::infrastructure); ++i) {
        const auto kind = static_cast<VerdictKind>(i);
        names.insert(to_string(kind));
        EXPECT_EQ(parse_verdict_kind(to_string(kind)), kind);
    }
    EXPECT_EQ(names.size(), 9U);
    EXPECT_EQ(to_string(VerdictKind::out_of_memory), "out_of_memory");
    EXPECT_EQ(to_string(VerdictKind::infrastructure), "infrastructure");
}

TEST(Verdict, a_byte_of_no_kind_has_no_name_that_reads_back) {
    EXPECT_FALSE(parse_verdict_kind(to_string(static_cast<VerdictKind>(9))));
    EXPECT_FALSE(parse_verdict_kind(""));
    EXPECT_FALSE(parse_verdict_kind("OK"));
}

TEST(Origin, every_origin_has_a_name_of_its_own) {
    EXPECT_EQ(to_string(Origin::measured), "measured");
    EXPECT_EQ(to_string(Origin::replayed), "replayed");
    EXPECT_EQ(to_string(Origin::emulated), "emulated");
    EXPECT_EQ(to_string(Origin::predicted), "predicted");
}

}  // namespace
}  // namespace atl
