// SPDX-License-Identifier: Apache-2.0
// A stop drops what has not begun, waits for what runs as long as there is time, and keeps all that came of it.
#include <gtest/gtest.h>

#include "simulated_run.hpp"

namespace atl::engine::testing {
namespace {

/// Evaluations of one to two seconds on two workers, eight of them queued ahead.
SimulatedRunOptions slow_options(int ranks) {
    SimulatedRunOptions options;
    options.ranks = ranks;
    options.rank.islands = 4;
    options.rank.batch = 8;
    options.rank.queue_per_worker = 4;
    options.shortest_evaluation = from_seconds(1);
    options.longest_evaluation = from_seconds(2);
    return options;
}

/// Says that each evaluation took the longest that slow_options() lets one take.
class SlowEvaluator final : public Evaluator {
public:
    EvaluationOutcome evaluate(const EvaluationRequest& request) const override {
        EvaluationOutcome outcome = ToyEvaluator().evaluate(request);
        outcome.wall_seconds = 2;
        return outcome;
    }
};

/// Asks for a stop at a virtual instant.
class StopAt final : public Source {
public:
    StopAt(Rank& rank, Nanoseconds instant, StopRequest request)
        : rank_(rank), instant_(instant), request_(std::move(request)) {}
    void poll(Nanoseconds now) override {
        if (now >= instant_) rank_.request_stop(request_);
    }
    Nanoseconds wake_at() const override { return instant_; }

private:
    Rank& rank_;
    Nanoseconds instant_;
    StopRequest request_;
};

TEST(Stop, QueuedEvaluationsAreDroppedAndRunningOnesKept) {
    SimulatedRun run(slow_options(1));
    StopAt stop(*run.ranks[0], from_seconds(10.5), {StopReason::signal, "test"});
    run.ranks[0]->add_source(stop);
    const auto report = run.run();
    ASSERT_EQ(report.outcome, transport::RunOutcome::finished) << report.text;
    EXPECT_LT(to_seconds(report.ended_at), 13)
        << "two running evaluations of at most two seconds, not eight queued ones";
    EXPECT_EQ(run.ranks[0]->abandoned(), 0U);
    EXPECT_EQ(run.logs[0].acknowledged.size(), run.evaluations().size());
}

TEST(Stop, StepsOfDroppedSlotsAreOverInTheLastSnapshot) {
    SimulatedRun run(slow_options(1));
    StopAt stop(*run.ranks[0], from_seconds(10.5), {StopReason::signal, "test"});
    run.ranks[0]->add_source(stop);
    ASSERT_EQ(run.run().outcome, transport::RunOutcome::finished);
    std::size_t snapshots = 0;
    for (const Record& record : run.journals[0]->records) {
        const auto* snapshot = std::get_if<SnapshotRecord>(&record);
        if (snapshot == nullptr) continue;
        ++snapshots;
        for (const EvaluationRecord& each : run.evaluations()) {
            if (each.key.island == snapshot->island) {
                EXPECT_LE(each.key.step, snapshot->step);
            }
        }
    }
    EXPECT_EQ(snapshots, 4U);
}

TEST(Stop, EvaluationsThatOutlastThePatienceAreAbandonedOnEveryRank) {
    auto options = slow_options(3);
    options.rank.drain_seconds = 0.1;
    SimulatedRun run(options);
    StopAt stop(*run.ranks[1], from_seconds(10.5), {StopReason::signal, "test"});
    run.ranks[1]->add_source(stop);
    const auto report = run.run();
    ASSERT_EQ(report.outcome, transport::RunOutcome::finished) << report.text;
    EXPECT_LT(to_seconds(report.ended_at), 11.2);
    std::size_t abandoned = 0;
    for (std::size_t i = 0; i < run.ranks.size(); ++i) {
        abandoned += run.ranks[i]->abandoned();
        EXPECT_EQ(run.logs[i].acknowledged.size(), run.journals[i]->evaluations().size());
    }
    EXPECT_GT(abandoned, 0U);
}

TEST(Stop, RequestMayCutThePatienceShort) {
    SimulatedRun run(slow_options(1));
    StopAt stop(*run.ranks[0], from_seconds(10.5), {StopReason::signal, "SIGTERM", 0.2});
    run.ranks[0]->add_source(stop);
    const auto report = run.run();
    ASSERT_EQ(report.outcome, transport::RunOutcome::finished) << report.text;
    EXPECT_LT(to_seconds(report.ended_at), 11);
}

class WalltimeOnRanks : public ::testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(Ranks, WalltimeOnRanks, ::testing::Values(1, 3));

TEST_P(WalltimeOnRanks, NoEvaluationBeginsThatMayNotEndInTime) {
    auto options = slow_options(GetParam());
    options.rank.walltime_end = from_seconds(60);
    options.rank.walltime_margin_seconds = 5;
    const SlowEvaluator evaluator;
    options.evaluator = &evaluator;
    SimulatedRun run(options);
    const auto report = run.run();
    ASSERT_EQ(report.outcome, transport::RunOutcome::finished) << report.text;
    EXPECT_LE(to_seconds(report.ended_at), 55);
    EXPECT_GT(to_seconds(report.ended_at), 40) << "and no earlier than it must";
    for (const auto& rank : run.ranks) {
        EXPECT_EQ(rank->outcome().reason, StopReason::walltime);
        EXPECT_EQ(rank->abandoned(), 0U);
    }
    EXPECT_EQ(exit_code(StopReason::walltime), ExitCode::stopped_early);
}

TEST(Stop, LongEvaluationsDoNotHoldTheRunPastItsWalltime) {
    auto options = slow_options(1);
    options.shortest_evaluation = from_seconds(500);
    options.longest_evaluation = from_seconds(900);
    options.rank.walltime_end = from_seconds(60);
    options.rank.walltime_margin_seconds = 10;
    SimulatedRun run(options);
    const auto report = run.run();
    ASSERT_EQ(report.outcome, transport::RunOutcome::finished) << report.text;
    EXPECT_LE(to_seconds(report.ended_at), 60);
    EXPECT_EQ(run.ranks[0]->abandoned(), 2U);
}

TEST(Stop, LostRankIsNamedWithItsHost) {
    auto options = slow_options(3);
    options.rank.peer_timeout = from_seconds(5);
    options.rank.hosts = {"node0", "node0", "node7"};
    SimulatedRun run(options);
    run.network().lose_at(2, from_seconds(2));
    ASSERT_EQ(run.run().outcome, transport::RunOutcome::finished);
    EXPECT_NE(run.ranks[0]->outcome().text.find("rank 2 on node7"), std::string::npos) << run.ranks[0]->outcome().text;
}

}  // namespace
}  // namespace atl::engine::testing
