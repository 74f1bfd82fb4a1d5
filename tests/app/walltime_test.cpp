// SPDX-License-Identifier: Apache-2.0
// The end of a Slurm job is told by the job's own environment, and nothing else is taken for it.
#include "atoll/app/walltime.hpp"

#include <gtest/gtest.h>

namespace atl::app {
namespace {

TEST(Walltime, EndOfTheJobIsOnTheRanksClock) {
    EXPECT_EQ(walltime_end({{"SLURM_JOB_END_TIME", "1100"}}, 1000, 7), 7 + 100 * nanoseconds_per_second);
    EXPECT_EQ(walltime_end({{"SLURM_JOB_END_TIME", "900"}}, 1000, 7), 7) << "over already";
}

TEST(Walltime, WithoutSlurmOrWithNonsenseThereIsNoEnd) {
    EXPECT_FALSE(walltime_end({}, 1000, 7).has_value());
    for (const char* text : {"", "soon", "12x", "-5", "0", "99999999999999999999"}) {
        EXPECT_FALSE(walltime_end({{"SLURM_JOB_END_TIME", text}}, 1000, 7).has_value()) << text;
    }
    EXPECT_TRUE(walltime_end({{"SLURM_JOB_END_TIME", "9223372036854775807"}}, 1000, 7).has_value());
}

TEST(Walltime, ShortJobIsNotAllMargin) {
    EXPECT_EQ(walltime_margin_seconds(30, from_seconds(1000), 0), 30);
    EXPECT_EQ(walltime_margin_seconds(30, from_seconds(40), 0), 10);
    EXPECT_EQ(walltime_margin_seconds(30, 0, from_seconds(5)), 0);
}

}  // namespace
}  // namespace atl::app
