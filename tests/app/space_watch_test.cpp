// SPDX-License-Identifier: Apache-2.0
// A rank that waits for space is seen from outside, and what a killed one left is removed.
#include "atoll/app/space_watch.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "temporary_folder.hpp"

namespace atl::app {
namespace {

TEST(SpaceWatch, IsSeenFromThePauseToTheResumption) {
    const testing::TemporaryFolder folder;
    const RunDirectory run = create_run_directory(folder.path);
    Log silent;
    SpaceWatch first(run, 0, silent);
    SpaceWatch second(run, 1, silent);
    EXPECT_FALSE(waits_for_space(run));
    first.paused("full");
    second.paused("full");
    first.resumed();
    EXPECT_TRUE(waits_for_space(run)) << "the other rank still waits";
    second.resumed();
    EXPECT_FALSE(waits_for_space(run));
}

TEST(SpaceWatch, TakesItsMarkAlongWhenTheRunEndsWaiting) {
    const testing::TemporaryFolder folder;
    const RunDirectory run = create_run_directory(folder.path);
    Log silent;
    {
        SpaceWatch watch(run, 3, silent);
        watch.paused("full");
        EXPECT_TRUE(waits_for_space(run));
    }
    EXPECT_FALSE(waits_for_space(run));
}

TEST(SpaceWatch, MarksAndReservesOfAKilledRunAreRemovedAndNothingElse) {
    const testing::TemporaryFolder folder;
    const RunDirectory run = create_run_directory(folder.path);
    for (const char* name : {"waiting-0", "reserve-0", "reserve-12", "0-0.atj", "notes.txt"})
        std::ofstream(run.journal() / name) << "x";
    remove_leftovers(run);
    std::size_t left = 0;
    for (const auto& entry : std::filesystem::directory_iterator(run.journal())) left += entry.exists() ? 1 : 0;
    EXPECT_EQ(left, 2U);
    EXPECT_TRUE(std::filesystem::exists(run.journal() / "0-0.atj"));
    EXPECT_TRUE(std::filesystem::exists(run.journal() / "notes.txt"));
}

}  // namespace
}  // namespace atl::app
