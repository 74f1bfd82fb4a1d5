// SPDX-License-Identifier: Apache-2.0
// Folds begin when the journals have grown, one at a time, and neither too often nor for too much of the time.
#include "atoll/app/fold_child.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <string>
#include <thread>

#include "temporary_folder.hpp"

namespace atl::app {
namespace {

constexpr Nanoseconds second = nanoseconds_per_second;

/// A run whose folds are a shell script that notes its words and ends when it is let go.
class FoldChildTest : public ::testing::Test {
protected:
    void SetUp() override {
        std::filesystem::create_directories(run_.log());
        pace_.program = (run_.root / "program").string();
        std::ofstream(pace_.program) << "#!/bin/sh\necho \"$@\" >> " << (run_.root / "folds").string()
                                     << "\nwhile [ -e " << (run_.root / "hold").string() << " ]; do sleep 0.01; done\n";
        std::filesystem::permissions(pace_.program, std::filesystem::perms::owner_all);
    }
    void hold() const { std::ofstream(run_.root / "hold") << "x"; }
    void let_go() const { std::filesystem::remove(run_.root / "hold"); }

    /// How many folds have begun, once a poll at `now` has had its effect.
    std::size_t folds_after(FoldChild& fold, Nanoseconds now, std::size_t expected) const {
        std::size_t count = 0;
        for (int round = 0; round < 1000; ++round) {
            fold.poll(now);
            std::ifstream in(run_.root / "folds");
            count = 0;
            for (std::string line; std::getline(in, line);) ++count;
            if (count >= expected && round >= 20) break;
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
        return count;
    }

    /// Polls at `now` until the fold at work has ended; another one must be due.
    static void await_end(FoldChild& fold, Nanoseconds now) {
        for (int round = 0; round < 4000 && fold.wake_at() == fold.engine::Source::wake_at(); ++round) {
            fold.poll(now);
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
        ASSERT_NE(fold.wake_at(), fold.engine::Source::wake_at());
    }

    atl::testing::TemporaryFolder folder_;
    RunDirectory run_{folder_.path};
    FoldPace pace_;
};

TEST_F(FoldChildTest, FoldsWhatItsProgramIsAskedTo) {
    FoldChild fold(run_, pace_);
    EXPECT_TRUE(fold.fold_and_wait());
    std::ifstream in(run_.root / "folds");
    std::string line;
    std::getline(in, line);
    EXPECT_EQ(line, "archive fold " + run_.root.string() + " --background");
    pace_.program = (run_.root / "gone").string();
    FoldChild broken(run_, pace_);
    EXPECT_FALSE(broken.fold_and_wait());
}

TEST_F(FoldChildTest, BeginsOnceThereAreRecordsAndAfterEachGrowthByAQuarter) {
    FoldChild fold(run_, pace_);
    Nanoseconds now = 100 * second;
    EXPECT_EQ(folds_after(fold, now, 0), 0U) << "an empty run needs no fold";
    fold.records(100);
    EXPECT_EQ(folds_after(fold, now + second / 2, 0), 0U) << "too early";
    EXPECT_EQ(fold.wake_at(), now + second);
    EXPECT_EQ(folds_after(fold, now += second, 1), 1U);
    fold.records(125);
    EXPECT_EQ(folds_after(fold, now += 1000 * second, 1), 1U) << "not a quarter more";
    fold.records(126);
    await_end(fold, now);
    EXPECT_EQ(folds_after(fold, now += 100'000 * second, 2), 2U);
}

TEST_F(FoldChildTest, WaitsTenSecondsFromTheBeginningOfTheLastOne) {
    FoldChild fold(run_, pace_);
    fold.poll(0);
    fold.records(1);
    EXPECT_EQ(folds_after(fold, second, 1), 1U);
    fold.records(1000);
    await_end(fold, second + second / 10);
    EXPECT_EQ(folds_after(fold, 11 * second - 1, 1), 1U);
    EXPECT_EQ(fold.wake_at(), 11 * second);
    EXPECT_EQ(folds_after(fold, 11 * second, 2), 2U);
}

TEST_F(FoldChildTest, WorksForATwentiethOfTheTimeAtMost) {
    FoldChild fold(run_, pace_);
    fold.poll(0);
    fold.records(1);
    hold();
    EXPECT_EQ(folds_after(fold, second, 1), 1U);
    fold.records(1000);
    EXPECT_EQ(folds_after(fold, 100 * second, 1), 1U) << "one at a time";
    let_go();
    // It took 4 seconds, from second 1 to 5, so that the next may begin 76 seconds later.
    await_end(fold, 5 * second);
    EXPECT_EQ(folds_after(fold, 81 * second - 1, 1), 1U);
    EXPECT_EQ(fold.wake_at(), 81 * second);
    EXPECT_EQ(folds_after(fold, 81 * second, 2), 2U);
}

}  // namespace
}  // namespace atl::app
