// SPDX-License-Identifier: Apache-2.0
// A deterministic run has the same records on any rank count, whatever order things happen in, wherever it is cut off.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>

#include "atoll/core/random.hpp"
#include "atoll/engine/restore.hpp"
#include "chain_island.hpp"
#include "simulated_lives.hpp"

namespace atl::engine::testing {
namespace {

RankOptions deterministic_options(std::uint64_t evaluations) {
    RankOptions options;
    options.deterministic = true;
    options.islands = 8;
    options.batch = 5;
    options.limit_evaluations = evaluations;
    options.migration_interval = 3;
    options.snapshot_interval = 4;
    return options;
}

SimulatedRunOptions chain_run(const RankOptions& rank) {
    SimulatedRunOptions options;
    options.rank = rank;
    options.make_island = [islands = rank.islands](std::uint32_t id) {
        return std::make_unique<ChainIsland>(id, islands);
    };
    return options;
}

std::string uninterrupted(const RankOptions& rank, int ranks, std::uint64_t seed) {
    Journals journals;
    EXPECT_EQ(run_incarnation(chain_run(rank), ranks, seed, from_seconds(100'000), journals),
              transport::RunOutcome::finished);
    return journals.content();
}

TEST(DeterministicRun, RecordsAreTheSameOnAnyRankCountAndInAnyOrderOfEvents) {
    const RankOptions rank = deterministic_options(803);
    const std::string expected = uninterrupted(rank, 1, 1);
    EXPECT_EQ(std::count(expected.begin(), expected.end(), '\n') > 803, true) << "with migrations";
    for (const int ranks : {1, 2, 3, 7, 8}) {
        for (std::uint64_t seed = 1; seed <= 6; ++seed) {
            EXPECT_EQ(uninterrupted(rank, ranks, seed), expected) << ranks << " ranks, seed " << seed;
        }
    }
}

TEST(DeterministicRun, TargetEndsItAtTheSameEpochOnAnyRankCount) {
    RankOptions rank = deterministic_options(0);
    rank.target = 0.998;
    const std::string expected = uninterrupted(rank, 1, 1);
    for (const int ranks : {2, 3, 7}) EXPECT_EQ(uninterrupted(rank, ranks, 5), expected) << ranks << " ranks";
}

TEST(DeterministicRun, WithoutMigrationItIsTheSameToo) {
    RankOptions rank = deterministic_options(430);
    rank.migration_interval = 0;
    const std::string expected = uninterrupted(rank, 1, 1);
    for (const int ranks : {2, 7}) EXPECT_EQ(uninterrupted(rank, ranks, 9), expected);
}

TEST(DeterministicRun, CutOffAnywhereAndResumedOnAnyRankCountItEndsTheSame) {
    const RankOptions rank = deterministic_options(803);
    const std::string expected = uninterrupted(rank, 1, 1);
    RandomStream random(11, 0, 0, 0, StreamPurpose::test);
    const int counts[] = {1, 2, 3, 7, 8};
    int interruptions = 0;
    for (std::uint64_t round = 0; round < 40; ++round) {
        Journals journals;
        for (std::uint64_t life = 0; life < 1000; ++life) {
            const auto deadline = static_cast<Nanoseconds>(random.below(700'000'000));
            const int ranks = counts[random.below(5)];
            if (run_incarnation(chain_run(rank), ranks, 1000 * round + life, deadline, journals) ==
                transport::RunOutcome::finished)
                break;
            ++interruptions;
        }
        EXPECT_EQ(journals.content(), expected) << "round " << round;
        EXPECT_EQ(journals.recorded_twice(), 0U) << "round " << round;
    }
    EXPECT_GE(interruptions, 200);
}

TEST(DeterministicRun, LargerLimitGoesOnAsIfItHadBeenThereFromTheBeginning) {
    Journals journals;
    run_incarnation(chain_run(deterministic_options(333)), 2, 1, from_seconds(100'000), journals);
    EXPECT_EQ(journals.evaluations(), 333U);
    run_incarnation(chain_run(deterministic_options(803)), 3, 2, from_seconds(100'000), journals);
    EXPECT_EQ(journals.content(), uninterrupted(deterministic_options(803), 1, 1));
}

TEST(DeterministicRun, RecordOfAnotherBuildEndsItWithAFailure) {
    const RankOptions rank = deterministic_options(803);
    Journals journals;
    run_incarnation(chain_run(rank), 1, 1, 700'000'000, journals);
    journal::RunContents earlier = journals.contents();
    const std::uint64_t step = common_step(earlier, rank.islands);
    ASSERT_FALSE(earlier.evaluations.empty());
    for (EvaluationRecord& record : earlier.evaluations) record.operator_name = "another";
    SimulatedRunOptions options;
    options.ranks = 1;
    options.rank = rank;
    options.make_island = [&](std::uint32_t id) { return std::make_unique<ChainIsland>(id, rank.islands); };
    options.restore = [&](Island& island, std::uint32_t id) {
        return restore_island_at(island, id, earlier, rank.direction, step, rank.batch);
    };
    SimulatedRun run(options);
    EXPECT_EQ(run.run().outcome, transport::RunOutcome::finished);
    EXPECT_EQ(run.ranks[0]->outcome().reason, StopReason::failure);
    EXPECT_NE(run.ranks[0]->outcome().text.find("another"), std::string::npos) << run.ranks[0]->outcome().text;
}

}  // namespace
}  // namespace atl::engine::testing
