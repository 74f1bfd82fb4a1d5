// SPDX-License-Identifier: Apache-2.0
// Slips of the keyboard find their name; strangers find none.
#include "atoll/core/nearest.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace atl {
namespace {

const std::vector<std::string> names = {"seed",          "islands", "batch", "limits.seconds", "limits.evaluations",
                                        "migration.rate"};

TEST(Nearest, finds_the_name_behind_a_slip) {
    EXPECT_EQ(nearest_name("sead", names), "seed");       // one letter changed
    EXPECT_EQ(nearest_name("sede", names), "seed");       // neighbours swapped
    EXPECT_EQ(nearest_name("island", names), "islands");  // one missing
    EXPECT_EQ(nearest_name("battch", names), "batch");    // one too many
    EXPECT_EQ(nearest_name("Limits.Seconds", names), "limits.seconds");
    EXPECT_EQ(nearest_name("limits.sceonds", names), "limits.seconds");
    EXPECT_EQ(nearest_name("seed", names), "seed");
}

TEST(Nearest, a_stranger_finds_none) {
    EXPECT_FALSE(nearest_name("temperature", names));
    EXPECT_FALSE(nearest_name("", names));
    EXPECT_FALSE(nearest_name("x", names));
    EXPECT_FALSE(nearest_name("seed", {}));
    EXPECT_FALSE(nearest_name(std::string(100'000, 's'), names));
}

TEST(Nearest, one_letter_names_are_no_answer_to_other_letters) {
    const std::vector<std::string> letters = {"x", "y"};
    EXPECT_FALSE(nearest_name("r", letters));
}

TEST(Nearest, ties_go_to_the_earlier_name) {
    const std::vector<std::string> twins = {"rate_b", "rate_a"};
    EXPECT_EQ(nearest_name("rate_c", twins), "rate_b");
}

TEST(Nearest, the_hint_is_a_clause_or_nothing) {
    EXPECT_EQ(did_you_mean("sead", names), "; did you mean 'seed'?");
    EXPECT_EQ(did_you_mean("temperature", names), "");
}

}  // namespace
}  // namespace atl
