// SPDX-License-Identifier: Apache-2.0
// CPUs are shared by the ranks that may use them, and by no others.
#include "atoll/app/workers.hpp"

#include <gtest/gtest.h>

namespace atl::app {
namespace {

TEST(Workers, RanksWithTheSameMaskShareIt) {
    const std::vector<Placement> ranks{{"a", {0, 1, 2, 3}}, {"a", {0, 1, 2, 3}}};
    EXPECT_EQ(workers_of(ranks, 0), 2U);
    EXPECT_EQ(workers_of(ranks, 1), 2U);
}

TEST(Workers, RanksBoundToTheirOwnCoresKeepThem) {
    const std::vector<Placement> ranks{{"a", {0, 1}}, {"a", {2, 3}}};
    EXPECT_EQ(workers_of(ranks, 0), 2U);
}

TEST(Workers, RanksOnOtherHostsTakeNothing) {
    const std::vector<Placement> ranks{{"a", {0, 1, 2, 3}}, {"b", {0, 1, 2, 3}}, {"b", {0, 1, 2, 3}}};
    EXPECT_EQ(workers_of(ranks, 0), 4U);
    EXPECT_EQ(workers_of(ranks, 2), 2U);
}

TEST(Workers, MoreRanksThanCpusStillGetOneEach) {
    const std::vector<Placement> ranks(7, {"a", {0, 1}});
    for (std::size_t rank = 0; rank < 7; ++rank) EXPECT_EQ(workers_of(ranks, rank), 1U);
}

TEST(Workers, UnknownMaskGivesOne) { EXPECT_EQ(workers_of({{"a", {}}}, 0), 1U); }

TEST(Workers, ThisProcessMayUseSomeCpu) { EXPECT_FALSE(current_placement().cpus.empty()); }

}  // namespace
}  // namespace atl::app
