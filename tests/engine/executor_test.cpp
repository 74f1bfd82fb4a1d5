// SPDX-License-Identifier: Apache-2.0
// Both executors run each task once and complete it on the loop's thread.
#include <gtest/gtest.h>

#include <poll.h>

#include <atomic>
#include <future>
#include <thread>

#include "atoll/engine/inline_executor.hpp"
#include "atoll/engine/thread_executor.hpp"

namespace atl::engine {
namespace {

TEST(ThreadExecutor, RunsEachTaskOnceAndCompletesOnTheCallersThread) {
    ThreadExecutor executor(3);
    std::atomic<int> worked = 0;
    int completed = 0;
    const auto loop_thread = std::this_thread::get_id();
    for (int i = 0; i < 2000; ++i) {
        executor.submit({[&worked] { ++worked; },
                         [&completed, loop_thread] {
                             EXPECT_EQ(std::this_thread::get_id(), loop_thread);
                             ++completed;
                         }});
    }
    while (completed < 2000) {
        pollfd descriptor{executor.descriptor(), POLLIN, 0};
        ASSERT_GE(poll(&descriptor, 1, 10'000), 1) << "completions must make the descriptor readable";
        executor.poll(0);
    }
    EXPECT_EQ(worked, 2000);
    EXPECT_EQ(executor.poll(0), 0U);
}

TEST(ThreadExecutor, TaskSubmittedByACompletionRuns) {
    ThreadExecutor executor(1);
    int left = 5;
    std::function<void()> again = [&] {
        if (--left > 0) executor.submit({[] {}, again});
    };
    executor.submit({[] {}, again});
    while (left > 0) {
        pollfd descriptor{executor.descriptor(), POLLIN, 0};
        ASSERT_GE(poll(&descriptor, 1, 10'000), 1);
        executor.poll(0);
    }
}

TEST(ThreadExecutor, CancellingTakesBackOnlyWhatHasNotBegunAndAllowsIt) {
    ThreadExecutor executor(1);
    std::promise<void> begun;
    std::promise<void> released;
    int ended = 0;
    int cancelled = 0;
    executor.submit({[&] {
                         begun.set_value();
                         released.get_future().wait();
                     },
                     [&] { ++ended; }, [&] { ++cancelled; }});
    executor.submit({[] {}, [&] { ++ended; }, [&] { ++cancelled; }});
    executor.submit({[] {}, [&] { ++ended; }});
    begun.get_future().wait();
    executor.cancel_queued();
    EXPECT_EQ(cancelled, 1);
    released.set_value();
    while (ended < 2) executor.poll(0);
    EXPECT_EQ(ended, 2);
    EXPECT_EQ(cancelled, 1);
}

TEST(ThreadExecutor, DestructionDropsQueuedTasksAndJoins) {
    std::atomic<int> worked = 0;
    {
        ThreadExecutor executor(1);
        for (int i = 0; i < 100; ++i) {
            executor.submit({[&worked] {
                                 ++worked;
                                 std::this_thread::sleep_for(std::chrono::milliseconds(1));
                             },
                             [] {}});
        }
    }
    EXPECT_LE(worked, 100);
}

TEST(InlineExecutor, OverlapsAtMostAsManyTasksAsWorkers) {
    VirtualClock clock;
    InlineExecutor executor(clock, 2, {1, 10, 10});
    std::vector<Nanoseconds> ends;
    for (int i = 0; i < 5; ++i) executor.submit({[] {}, [&] { ends.push_back(clock.now()); }});
    while (executor.next_completion() != std::numeric_limits<Nanoseconds>::max()) {
        clock.advance_to(executor.next_completion());
        executor.poll(clock.now());
    }
    EXPECT_EQ(ends, (std::vector<Nanoseconds>{10, 10, 20, 20, 30}));
}

TEST(InlineExecutor, SameSeedGivesTheSameDurations) {
    VirtualClock clock;
    std::vector<std::vector<Nanoseconds>> runs;
    for (int run = 0; run < 2; ++run) {
        InlineExecutor executor(clock, 1, {9, 0, 1000});
        std::vector<Nanoseconds> ends;
        for (int i = 0; i < 50; ++i) {
            executor.submit({[] {}, [] {}});
        }
        while (executor.next_completion() != std::numeric_limits<Nanoseconds>::max()) {
            ends.push_back(executor.next_completion());
            executor.poll(executor.next_completion());
        }
        runs.push_back(ends);
    }
    EXPECT_EQ(runs[0], runs[1]);
}

}  // namespace
}  // namespace atl::engine
