// SPDX-License-Identifier: Apache-2.0
// Only the proven end of an interval counts, in the problem's direction.
#include "atoll/core/score.hpp"

#include <gtest/gtest.h>

namespace atl {
namespace {

TEST(Score, the_proven_end_is_lower_when_maximising_and_upper_when_minimising) {
    const Score score{1.0, 2.0};
    EXPECT_EQ(proven_value(score, Direction::maximize), 1.0);
    EXPECT_EQ(proven_value(score, Direction::minimize), 2.0);
}

TEST(Score, a_wide_interval_is_not_better_than_what_it_only_may_beat) {
    EXPECT_FALSE(better({1.0, 9.0}, {1.5, 1.5}, Direction::maximize));
    EXPECT_TRUE(better({1.5, 1.5}, {1.0, 9.0}, Direction::maximize));
    EXPECT_FALSE(better({0.0, 2.0}, {1.0, 1.0}, Direction::minimize));
    EXPECT_FALSE(better({1.0, 2.0}, {1.0, 2.0}, Direction::maximize));
}

TEST(Score, an_unscored_candidate_is_never_better_and_always_worse) {
    for (const Direction direction : {Direction::maximize, Direction::minimize}) {
        EXPECT_FALSE(better({}, {1.0, 1.0}, direction));
        EXPECT_TRUE(better({1.0, 1.0}, {}, direction));
        EXPECT_FALSE(better({}, {}, direction));
        EXPECT_FALSE(reaches({}, 0.0, direction));
    }
}

TEST(Score, a_target_is_reached_only_when_proven) {
    EXPECT_TRUE(reaches({2.0, 3.0}, 2.0, Direction::maximize));
    EXPECT_FALSE(reaches({1.9, 3.0}, 2.0, Direction::maximize));
    EXPECT_TRUE(reaches({1.0, 2.0}, 2.0, Direction::minimize));
    EXPECT_FALSE(reaches({1.0, 2.1}, 2.0, Direction::minimize));
}

}  // namespace
}  // namespace atl
