// SPDX-License-Identifier: Apache-2.0
// One rank in real time with real threads: the loop ends by itself and loses nothing.
#include "atoll/engine/event_loop.hpp"

#include <gtest/gtest.h>

#include "atoll/engine/thread_executor.hpp"
#include "atoll/transport/simulated_network.hpp"
#include "toy_island.hpp"

namespace atl::engine::testing {
namespace {

/// One rank talking to itself, in real time.
class Loopback final : public transport::Transport {
public:
    int rank() const override { return 0; }
    int size() const override { return 1; }
    void send(transport::Message message) override { queue_.push_back(std::move(message)); }
    std::optional<transport::Message> receive() override {
        if (queue_.empty()) return std::nullopt;
        transport::Message message = std::move(queue_.front());
        queue_.erase(queue_.begin());
        return message;
    }
    bool idle() override { return true; }

private:
    std::vector<transport::Message> queue_;
};

TEST(EventLoop, RunsToTheEvaluationLimitOnRealThreads) {
    Loopback transport;
    ThreadExecutor executor(2);
    MonotonicClock clock;
    journal::MemoryJournal journal;
    ToyEvaluator evaluator;
    ToyLog log;
    RankOptions options;
    options.islands = 3;
    options.limit_evaluations = 5000;
    options.queue_per_worker = 16;
    Rank rank({transport, executor, clock, journal, evaluator}, options);
    for (std::uint32_t island = 0; island < 3; ++island)
        rank.add_island(island, std::make_unique<ToyIsland>(island, 3, log));
    run_event_loop(rank, clock, {.poll_messages = false});
    EXPECT_EQ(log.committed.size(), 5000U);
    EXPECT_EQ(log.acknowledged.size(), 5000U);
    EXPECT_EQ(rank.outcome().reason, StopReason::evaluations_exhausted);
}

}  // namespace
}  // namespace atl::engine::testing
