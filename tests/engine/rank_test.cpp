// SPDX-License-Identifier: Apache-2.0
// What a run promises, on 1, 2, 3, 7 and 8 simulated ranks with delayed and reordered messages.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>

#include "simulated_run.hpp"

namespace atl::engine::testing {
namespace {

SimulatedRunOptions options_for(int ranks, std::uint64_t evaluations) {
    SimulatedRunOptions options;
    options.ranks = ranks;
    options.rank.islands = 8;
    options.rank.batch = 5;
    options.rank.limit_evaluations = evaluations;
    options.rank.migration_interval = 3;
    options.rank.snapshot_interval = 4;
    return options;
}

class OnRanks : public ::testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(Ranks, OnRanks, ::testing::Values(1, 2, 3, 7, 8));

TEST_P(OnRanks, EvaluationLimitIsExactAndSharedOutEvenly) {
    SimulatedRun run(options_for(GetParam(), 403));
    const auto report = run.run();
    ASSERT_EQ(report.outcome, transport::RunOutcome::finished) << report.text;
    const auto records = run.evaluations();
    EXPECT_EQ(records.size(), 403U);
    EXPECT_EQ(keys_of(records).size(), 403U);
    for (std::uint32_t island = 0; island < 8; ++island) {
        const auto count = std::count_if(records.begin(), records.end(),
                                         [island](const auto& record) { return record.key.island == island; });
        EXPECT_EQ(count, island < 3 ? 51 : 50);
    }
    for (const auto& rank : run.ranks) EXPECT_EQ(rank->outcome().reason, StopReason::evaluations_exhausted);
    ASSERT_NE(run.ranks[0]->run_status(), nullptr);
    EXPECT_EQ(run.ranks[0]->run_status()->evaluations, 403U);
}

TEST_P(OnRanks, FewerEvaluationsThanIslandsStillEnds) {
    SimulatedRun run(options_for(GetParam(), 3));
    EXPECT_EQ(run.run().outcome, transport::RunOutcome::finished);
    EXPECT_EQ(run.evaluations().size(), 3U);
}

TEST_P(OnRanks, SlotsAreHandedOutDenselyStepByStep) {
    SimulatedRun run(options_for(GetParam(), 400));
    ASSERT_EQ(run.run().outcome, transport::RunOutcome::finished);
    const auto keys = keys_of(run.evaluations());
    for (std::uint32_t island = 0; island < 8; ++island) {
        for (std::uint64_t step = 0; step < 10; ++step) {
            for (std::uint32_t slot = 0; slot < 5; ++slot) EXPECT_TRUE(keys.contains({island, step, slot, 0}));
        }
    }
}

TEST_P(OnRanks, TargetEndsTheRunOnEveryRank) {
    auto options = options_for(GetParam(), 0);
    options.rank.target = 0.999;
    SimulatedRun run(options);
    ASSERT_EQ(run.run().outcome, transport::RunOutcome::finished);
    for (const auto& rank : run.ranks) EXPECT_EQ(rank->outcome().reason, StopReason::target_reached);
    const auto records = run.evaluations();
    EXPECT_TRUE(
        std::any_of(records.begin(), records.end(), [](const auto& record) { return record.score.lower >= 0.999; }));
    ASSERT_TRUE(run.ranks[0]->run_status()->best.has_value());
    EXPECT_GE(run.ranks[0]->run_status()->best->best.lower, 0.999);
}

TEST_P(OnRanks, TimeLimitCountsEarlierIncarnations) {
    auto options = options_for(GetParam(), 0);
    options.rank.limit_seconds = 5;
    options.rank.base_elapsed_seconds = 3;
    SimulatedRun run(options);
    const auto report = run.run();
    ASSERT_EQ(report.outcome, transport::RunOutcome::finished);
    EXPECT_EQ(run.ranks[0]->outcome().reason, StopReason::time_limit);
    EXPECT_LT(to_seconds(report.ended_at), 3.5);
    EXPECT_GE(to_seconds(report.ended_at), 2.0);
}

TEST_P(OnRanks, StopAskedOfAnyRankEndsAllAndKeepsWhatWasInFlight) {
    auto options = options_for(GetParam(), 0);
    SimulatedRun run(options);
    std::vector<transport::Steppable*> steppables;
    for (const auto& rank : run.ranks) steppables.push_back(rank.get());
    run.network().run(steppables, from_seconds(1));
    run.ranks.back()->request_stop({StopReason::signal, "SIGTERM"});
    ASSERT_EQ(run.run().outcome, transport::RunOutcome::finished);
    for (const auto& rank : run.ranks) {
        EXPECT_EQ(rank->outcome().reason, StopReason::signal);
        EXPECT_EQ(exit_code(rank->outcome().reason), ExitCode::stopped_early);
    }
    for (std::size_t i = 0; i < run.ranks.size(); ++i) {
        EXPECT_EQ(run.logs[i].committed.size(), run.journals[i]->evaluations().size());
        EXPECT_EQ(run.logs[i].acknowledged.size(), run.journals[i]->evaluations().size());
    }
}

TEST_P(OnRanks, MigrationIsRecordedOnceByTheReceiverAndLeavesNothingOnTheWire) {
    SimulatedRun run(options_for(GetParam(), 800));
    const auto report = run.run();
    ASSERT_EQ(report.outcome, transport::RunOutcome::finished);
    EXPECT_EQ(report.messages_unreceived, 0U);
    std::size_t received = 0;
    const auto keys = keys_of(run.evaluations());
    for (std::size_t i = 0; i < run.ranks.size(); ++i) {
        received += run.logs[i].received.size();
        EXPECT_EQ(run.logs[i].received.size(), run.journals[i]->count<MigrationRecord>());
        for (const Migrant& migrant : run.logs[i].received) {
            EXPECT_EQ(migrant.to_island, (migrant.from_island + 1) % 8);
            EXPECT_TRUE(keys.contains(migrant.record.key)) << "a migrant's evaluation is in some journal";
            EXPECT_EQ(sha256(migrant.record.candidate.bytes), migrant.record.candidate_sha256);
        }
    }
    EXPECT_GT(received, 40U) << "6 epochs on 8 islands";
}

TEST(Rank, EveryNetworkSeedEndsWithoutDeadlock) {
    for (std::uint64_t seed = 1; seed <= 60; ++seed) {
        auto options = options_for(3, 150);
        options.seed = seed;
        options.sync_delay = static_cast<Nanoseconds>(seed) * 100'000;
        SimulatedRun run(options);
        const auto report = run.run();
        ASSERT_EQ(report.outcome, transport::RunOutcome::finished) << "seed " << seed << ": " << report.text;
        EXPECT_EQ(run.evaluations().size(), 150U) << "seed " << seed;
    }
}

TEST(Rank, SameSeedGivesTheSameRunEventByEvent) {
    SimulatedRun first(options_for(3, 300));
    SimulatedRun second(options_for(3, 300));
    EXPECT_EQ(first.run().event_digest, second.run().event_digest);
}

TEST(Rank, NothingIsAcknowledgedBeforeTheJournalSaysSo) {
    auto options = options_for(1, 0);
    options.rank.unacknowledged_limit = 20;
    SimulatedRun run(options);
    run.journals[0]->stalled = true;
    run.run(from_seconds(30));
    EXPECT_EQ(run.logs[0].acknowledged.size(), 0U);
    EXPECT_EQ(run.logs[0].committed.size(), 20U) << "proposing pauses at the limit while the disk is stuck";
}

TEST(Rank, LostRankEndsTheRunNamingIt) {
    auto options = options_for(3, 0);
    options.rank.peer_timeout = from_seconds(5);
    SimulatedRun run(options);
    run.network().lose_at(2, from_seconds(2));
    const auto report = run.run();
    ASSERT_EQ(report.outcome, transport::RunOutcome::finished) << report.text;
    EXPECT_EQ(run.ranks[0]->outcome().reason, StopReason::failure);
    EXPECT_NE(run.ranks[0]->outcome().text.find("rank 2"), std::string::npos);
    EXPECT_EQ(run.ranks[1]->outcome().reason, StopReason::failure);
    EXPECT_LT(to_seconds(report.ended_at), 10);
}

TEST(Rank, LostCoordinatorEndsTheOthers) {
    auto options = options_for(3, 0);
    options.rank.peer_timeout = from_seconds(5);
    SimulatedRun run(options);
    run.network().lose_at(0, from_seconds(2));
    const auto report = run.run();
    ASSERT_EQ(report.outcome, transport::RunOutcome::finished) << report.text;
    EXPECT_EQ(run.ranks[1]->outcome().reason, StopReason::failure);
    EXPECT_NE(run.ranks[2]->outcome().text.find("rank 0"), std::string::npos);
}

TEST(Rank, FailedJournalEndsTheRunWithInfrastructureOnEveryRank) {
    auto options = options_for(3, 0);
    SimulatedRun run(options);
    run.journals[1]->fail_at = 40;
    const auto report = run.run();
    ASSERT_EQ(report.outcome, transport::RunOutcome::finished) << report.text;
    for (const auto& rank : run.ranks) {
        EXPECT_EQ(exit_code(rank->outcome().reason), ExitCode::infrastructure);
        EXPECT_NE(rank->outcome().text.find("disk full"), std::string::npos);
    }
    EXPECT_NE(run.ranks[0]->outcome().text.find("rank 1"), std::string::npos);
}

/// Answers `infrastructure` for the first `failures` tries of every candidate.
class FlakyEvaluator final : public Evaluator {
public:
    explicit FlakyEvaluator(std::uint32_t failures) : failures_(failures) {}
    EvaluationOutcome evaluate(const EvaluationRequest& request) const override {
        ++calls;
        EvaluationOutcome outcome;
        outcome.score = {1, 1};
        if (request.key.attempt < failures_) outcome.verdict = {VerdictKind::infrastructure, "node_down", "no answer"};
        return outcome;
    }
    mutable std::atomic<int> calls = 0;

private:
    std::uint32_t failures_;
};

TEST(Rank, InfrastructureVerdictIsRetriedInsideItsKeyAndNotCommitted) {
    const FlakyEvaluator evaluator(2);
    auto options = options_for(1, 10);
    options.evaluator = &evaluator;
    SimulatedRun run(options);
    ASSERT_EQ(run.run().outcome, transport::RunOutcome::finished);
    EXPECT_EQ(run.evaluations().size(), 30U);
    EXPECT_EQ(run.logs[0].committed.size(), 10U);
    for (const EvaluationKey& key : run.logs[0].committed) EXPECT_EQ(key.attempt, 2U);
    EXPECT_EQ(run.ranks[0]->run_status()->evaluations, 10U) << "retries do not use up the limit";
}

TEST(Rank, InfrastructureGivesUpAfterTheLastAttempt) {
    const FlakyEvaluator evaluator(99);
    auto options = options_for(1, 10);
    options.evaluator = &evaluator;
    SimulatedRun run(options);
    ASSERT_EQ(run.run().outcome, transport::RunOutcome::finished);
    EXPECT_EQ(evaluator.calls, 30);
    EXPECT_EQ(run.logs[0].committed.size(), 10U) << "the island hears of it, to give up its slot";
    EXPECT_FALSE(run.ranks[0]->run_status()->best.has_value()) << "a score under another verdict than ok never counts";
}

TEST(Rank, ContentSeenByTheIslandIsAnsweredFromItsHistory) {
    const FlakyEvaluator evaluator(0);
    auto options = options_for(1, 400);
    options.rank.islands = 2;
    options.distinct = 10;
    options.workers = 1;
    options.evaluator = &evaluator;
    SimulatedRun run(options);
    ASSERT_EQ(run.run().outcome, transport::RunOutcome::finished);
    const auto records = run.evaluations();
    const auto hits =
        std::count_if(records.begin(), records.end(), [](const auto& record) { return record.cache_hit; });
    EXPECT_EQ(records.size(), 400U) << "an answer from the history is still a record";
    EXPECT_EQ(evaluator.calls + hits, 400);
    EXPECT_GE(hits, 400 - 2 * (10 + 3)) << "each island evaluates each content once, bar those in flight together";
    for (const auto& record : records) EXPECT_EQ(record.score.lower, 1);
}

class ThrowingEvaluator final : public Evaluator {
public:
    EvaluationOutcome evaluate(const EvaluationRequest&) const override { throw std::runtime_error("judge broke"); }
};

TEST(Rank, EvaluatorThatThrowsIsAnInfrastructureVerdict) {
    const ThrowingEvaluator evaluator;
    auto options = options_for(1, 4);
    options.evaluator = &evaluator;
    SimulatedRun run(options);
    ASSERT_EQ(run.run().outcome, transport::RunOutcome::finished);
    for (const auto& record : run.evaluations()) {
        EXPECT_EQ(record.verdict.kind, VerdictKind::infrastructure);
        EXPECT_EQ(record.verdict.reason, "evaluator_failed");
        EXPECT_EQ(record.verdict.text, "judge broke");
    }
}

TEST(Rank, SnapshotsAreTakenByIntervalAndAtTheEnd) {
    SimulatedRun run(options_for(1, 400));
    ASSERT_EQ(run.run().outcome, transport::RunOutcome::finished);
    // 10 steps an island: snapshots at steps 4 and 8 and at the end, on 8 islands.
    EXPECT_EQ(run.journals[0]->count<SnapshotRecord>(), 24U);
}

TEST(Rank, ResumedIslandGoesOnAfterItsLastStep) {
    auto options = options_for(1, 0);
    options.rank.islands = 1;
    options.rank.limit_evaluations = 20;
    transport::SimulatedNetwork network(1);
    InlineExecutor executor(network.clock(), 1);
    VirtualJournal journal(network.clock(), 0);
    ToyEvaluator evaluator;
    ToyLog log;
    Rank rank({network.endpoint(0), executor, network.clock(), journal, evaluator}, options.rank);
    IslandProgress progress;
    progress.next_step = 7;
    progress.evaluations = 15;
    rank.add_island(0, std::make_unique<ToyIsland>(0, 1, log), progress);
    transport::Steppable* steppable = &rank;
    ASSERT_EQ(network.run({&steppable, 1}).outcome, transport::RunOutcome::finished);
    ASSERT_EQ(log.committed.size(), 5U);
    EXPECT_EQ(log.committed.front(), (EvaluationKey{0, 7, 0, 0}));
}

TEST(Rank, ResumedRunThatReachedItsTargetEndsAtOnce) {
    RankOptions options;
    options.target = 0.5;
    transport::SimulatedNetwork network(1);
    InlineExecutor executor(network.clock(), 1);
    VirtualJournal journal(network.clock(), 0);
    ToyEvaluator evaluator;
    ToyLog log;
    Rank rank({network.endpoint(0), executor, network.clock(), journal, evaluator}, options);
    IslandProgress progress;
    progress.best = {0.75, 0.75};
    rank.add_island(0, std::make_unique<ToyIsland>(0, 1, log), progress);
    transport::Steppable* steppable = &rank;
    ASSERT_EQ(network.run({&steppable, 1}).outcome, transport::RunOutcome::finished);
    EXPECT_EQ(rank.outcome().reason, StopReason::target_reached);
    EXPECT_TRUE(journal.evaluations().empty());
}

}  // namespace
}  // namespace atl::engine::testing
