// SPDX-License-Identifier: Apache-2.0
// The order in which a run is told.
#include "report/timeline.hpp"

#include <gtest/gtest.h>

#include "report/example_run.hpp"

namespace atl::report {
namespace {

using test::evaluation;

TEST(Timeline, at_one_instant_a_step_takes_its_migrants_in_before_its_evaluations) {
    journal::RunContents contents;
    contents.evaluations = {evaluation({1, 4, 0, 0}, "a", 1, 1, 2), evaluation({1, 3, 0, 0}, "a", 1, 1, 2)};
    contents.migrations = {{1, 9, 1, 4, {9, 3, 0, 0}, 2}};
    const auto moments = timeline(contents);
    ASSERT_EQ(moments.size(), 3U);
    EXPECT_EQ(moments[0].evaluation, &contents.evaluations[1]);
    EXPECT_EQ(moments[1].migration, contents.migrations.data());
    EXPECT_EQ(moments[1].island, 1U);
    EXPECT_EQ(moments[2].evaluation, contents.evaluations.data());
}

TEST(Timeline, a_time_that_is_not_a_number_counts_as_the_start) {
    journal::RunContents contents;
    contents.evaluations = {evaluation({0, 0, 0, 0}, "a", 1, 1, 1),
                            evaluation({0, 1, 0, 0}, "a", 1, 1, test::not_a_number)};
    const auto moments = timeline(contents);
    EXPECT_EQ(moments[0].evaluation, &contents.evaluations[1]);
    EXPECT_EQ(moments[0].elapsed_seconds, 0.0);
}

}  // namespace
}  // namespace atl::report
