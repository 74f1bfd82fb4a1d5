// SPDX-License-Identifier: Apache-2.0
// Tests of an island driven by hand: proposals, eras, migration, resuming.
#include "atoll/evolve/evolution_island.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "atoll/core/error.hpp"
#include "atoll/evolve/vector_genome.hpp"
#include "evolve/mill.hpp"
#include "evolve/test_problem.hpp"

namespace atl::evolve {
namespace {

IslandOptions small_options() {
    IslandOptions options;
    options.batch = 4;
    options.islands = 3;
    options.population.size = 8;
    return options;
}

double best_value(const EvolutionIsland& island) { return island.elites()[0]->record.score.upper; }

TEST(EvolutionIsland, ImprovesOverTheSteps) {
    const testing::Mill mill(std::make_shared<testing::Sphere>(4));
    const auto island = mill.island(small_options());
    mill.step(*island, 0);
    const double at_first = best_value(*island);
    for (std::uint64_t step = 1; step < 100; ++step) mill.step(*island, step);
    EXPECT_LT(best_value(*island), at_first / 100);
}

TEST(EvolutionIsland, SameSeedSameRunOtherSeedOtherRun) {
    const testing::Mill mill(std::make_shared<testing::Sphere>(4));
    IslandOptions options = small_options();
    const auto first = mill.island(options);
    const auto second = mill.island(options);
    options.seed = 2;
    const auto other = mill.island(options);
    for (std::uint64_t step = 0; step < 30; ++step) {
        const auto a = mill.step(*first, step);
        const auto b = mill.step(*second, step);
        const auto c = mill.step(*other, step);
        for (std::size_t i = 0; i < a.size(); ++i) {
            EXPECT_EQ(a[i].candidate, b[i].candidate);
            EXPECT_EQ(a[i].operator_name, b[i].operator_name);
            EXPECT_EQ(a[i].parent_1, b[i].parent_1);
            EXPECT_NE(a[i].candidate, c[i].candidate);
        }
    }
}

TEST(EvolutionIsland, ProposalsDoNotDependOnTheOrderInWhichTheyAreMade) {
    const testing::Mill mill(std::make_shared<testing::Sphere>(4));
    const auto island = mill.island(small_options());
    for (std::uint64_t step = 0; step < 5; ++step) mill.step(*island, step);
    const engine::Proposal first = island->propose(5, 0, false);
    const engine::Proposal second = island->propose(5, 1, false);
    const Candidate second_candidate = second.make().candidate;
    const Candidate first_candidate = first.make().candidate;
    EXPECT_EQ(island->propose(5, 0, false).make().candidate, first_candidate);
    EXPECT_EQ(island->propose(5, 1, false).make().candidate, second_candidate);
}

TEST(EvolutionIsland, SnapshotAndReplayGiveTheSameNextProposals) {
    const testing::Mill mill(std::make_shared<testing::Sphere>(4));
    IslandOptions options = small_options();
    options.stagnation_steps = 3;  // several eras within the test
    options.population.value_tolerance = 0.1;
    const auto island = mill.island(options);
    std::string snapshot;
    std::vector<EvaluationRecord> later;
    for (std::uint64_t step = 0; step < 40; ++step) {
        if (step == 25) snapshot = island->snapshot();
        for (EvaluationRecord& record : mill.step(*island, step)) {
            if (step >= 25) later.push_back(std::move(record));
        }
    }
    ASSERT_GT(island->era(), 0U);
    const auto resumed = mill.island(options);
    resumed->restore(snapshot, mill.bytes_of());
    for (const EvaluationRecord& record : later) resumed->replay(record);
    EXPECT_EQ(resumed->snapshot(), island->snapshot());
    for (std::uint32_t slot = 0; slot < 4; ++slot) {
        const engine::Proposal expected = island->propose(40, slot, false);
        const engine::Proposal actual = resumed->propose(40, slot, false);
        EXPECT_EQ(actual.operator_name, expected.operator_name);
        EXPECT_EQ(actual.parent_1, expected.parent_1);
        EXPECT_EQ(actual.make().candidate, expected.make().candidate);
    }
}

TEST(EvolutionIsland, ReplayFromNothingEqualsTheRun) {
    const testing::Mill mill(std::make_shared<testing::Sphere>(4));
    const auto island = mill.island(small_options());
    const auto resumed = mill.island(small_options());
    resumed->restore("", mill.bytes_of());
    for (std::uint64_t step = 0; step < 20; ++step) {
        for (const EvaluationRecord& record : mill.step(*island, step)) resumed->replay(record);
    }
    EXPECT_EQ(resumed->snapshot(), island->snapshot());
}

TEST(EvolutionIsland, ForeignNewerOrTornSnapshotsAreRefused) {
    const testing::Mill mill(std::make_shared<testing::Sphere>(4));
    const auto island = mill.island(small_options());
    mill.step(*island, 0);
    std::string snapshot = island->snapshot();
    IslandOptions other = small_options();
    other.island = 1;
    EXPECT_THROW(mill.island(other)->restore(snapshot, mill.bytes_of()), DamageError);
    EXPECT_THROW(mill.island(small_options())->restore(snapshot.substr(0, snapshot.size() - 1), mill.bytes_of()),
                 DamageError);
    EXPECT_THROW(mill.island(small_options())->restore(snapshot + "x", mill.bytes_of()), DamageError);
    snapshot[0] = 99;
    EXPECT_THROW(mill.island(small_options())->restore(snapshot, mill.bytes_of()), FormatVersionError);
}

TEST(EvolutionIsland, OnlyAcknowledgedElitesLeave) {
    const testing::Mill mill(std::make_shared<testing::Sphere>(4));
    IslandOptions options = small_options();
    options.migration.migrants = 2;
    const auto island = mill.island(options);
    const auto records = mill.step(*island, 0, 4, false);
    EXPECT_TRUE(island->emigrants(1).empty());
    const EvaluationKey worst = island->elites().members().back()->record.key;
    island->acknowledged(worst);
    const auto leaving = island->emigrants(1);
    ASSERT_EQ(leaving.size(), 1U);
    EXPECT_EQ(leaving[0].record.key, worst);
    EXPECT_FALSE(leaving[0].record.candidate.bytes.empty());
    EXPECT_EQ(leaving[0].from_island, 0U);
    EXPECT_EQ(leaving[0].to_island, 1U);
    EXPECT_EQ(leaving[0].epoch, 1U);
    for (const EvaluationRecord& record : records) island->acknowledged(record.key);
    const auto more = island->emigrants(2);
    ASSERT_EQ(more.size(), 2U);
    EXPECT_EQ(more[0].record.key, island->elites()[0]->record.key);
}

TEST(EvolutionIsland, MigrantJoinsAndBecomesAParent) {
    const testing::Mill mill(std::make_shared<testing::Sphere>(4));
    IslandOptions options = small_options();
    const auto sender = mill.island(options);
    for (std::uint64_t step = 0; step < 60; ++step) mill.step(*sender, step);
    const auto leaving = sender->emigrants(1);
    ASSERT_EQ(leaving.size(), 1U);
    options.island = 1;
    const auto receiver = mill.island(options);
    for (std::uint64_t step = 0; step < 2; ++step) mill.step(*receiver, step);
    receiver->immigrate(leaving[0]);
    EXPECT_EQ(receiver->population()[0]->record.key, leaving[0].record.key);
    bool parent = false;
    for (std::uint32_t slot = 0; slot < 64 && !parent; ++slot) {
        parent = receiver->propose(2, slot, false).parent_1 == leaving[0].record.key;
    }
    EXPECT_TRUE(parent);
    // It is acknowledged where it came from, so it may go on from here.
    EXPECT_EQ(receiver->emigrants(2).at(0).record.key, leaving[0].record.key);
}

TEST(EvolutionIsland, MigrantKnownFromAnEarlierEraStaysOutOfTheNewOne) {
    const testing::Mill mill(std::make_shared<testing::Sphere>(2));
    IslandOptions options = small_options();
    options.stagnation_steps = 5;
    options.population.value_tolerance = 1e-3;
    const auto island = mill.island(options);
    std::uint64_t step = 0;
    while (island->era() == 0 && step < 1000) mill.step(*island, step++);
    ASSERT_EQ(island->era(), 1U);
    engine::Migrant known = island->emigrants(1).at(0);
    island->immigrate(known);
    EXPECT_TRUE(island->population().empty());
    // One that it never had is welcome, even though it is worse.
    known.record.candidate = encode_vector(std::vector<double>{1.9, 1.9});
    known.record.score = {5.12, 5.12};
    island->immigrate(known);
    EXPECT_EQ(island->population().size(), 1U);
}

TEST(EvolutionIsland, FailedVerdictsNeverEnter) {
    const testing::Mill mill(std::make_shared<testing::Sphere>(4));
    const auto island = mill.island(small_options());
    for (const VerdictKind kind : {VerdictKind::wrong, VerdictKind::cheated, VerdictKind::infrastructure}) {
        EvaluationRecord record = mill.evaluate(island->propose(0, 0, false));
        record.verdict.kind = kind;
        record.score = {0, 0};
        island->commit(record);
    }
    EXPECT_TRUE(island->population().empty());
    EXPECT_TRUE(island->elites().empty());
    engine::Migrant migrant;
    migrant.record = mill.evaluate(island->propose(0, 1, false));
    migrant.record.verdict.kind = VerdictKind::wrong;
    island->immigrate(migrant);
    EXPECT_TRUE(island->population().empty());
}

TEST(EvolutionIsland, StagnationStartsAnewAndKeepsTheElites) {
    const testing::Mill mill(std::make_shared<testing::Sphere>(2));
    IslandOptions options = small_options();
    options.stagnation_steps = 5;
    options.population.value_tolerance = 1e-3;
    const auto island = mill.island(options);
    std::uint64_t step = 0;
    while (island->era() == 0 && step < 1000) mill.step(*island, step++);
    ASSERT_EQ(island->era(), 1U);
    EXPECT_TRUE(island->population().empty());
    const EvaluationKey best = island->elites()[0]->record.key;
    for (std::uint32_t slot = 0; slot < 4; ++slot) {
        EXPECT_EQ(island->propose(step, slot, false).operator_name, "random");
    }
    mill.step(*island, step);
    EXPECT_FALSE(island->population().empty());
    EXPECT_EQ(island->elites()[0]->record.key, best);
}

TEST(EvolutionIsland, LateResultsOfAnEarlierEraStayOutOfTheNewPopulation) {
    const testing::Mill mill(std::make_shared<testing::Sphere>(2));
    IslandOptions options = small_options();
    options.stagnation_steps = 5;
    options.population.value_tolerance = 1e-3;
    const auto island = mill.island(options);
    std::uint64_t step = 0;
    engine::Proposal late;
    while (island->era() == 0 && step < 1000) {
        late = island->propose(step, 0, false);
        mill.step(*island, step++);
    }
    ASSERT_EQ(island->era(), 1U);
    const EvaluationRecord record = mill.evaluate(late);
    island->commit(record);
    EXPECT_TRUE(island->population().empty());
}

TEST(EvolutionIsland, SeedCandidateIsTheFirstOne) {
    const testing::Mill mill(std::make_shared<testing::Sphere>(2));
    IslandOptions options = small_options();
    options.seed_candidate = encode_vector(std::vector<double>{0.3, 0.3});
    const auto island = mill.island(options);
    const engine::Proposal seed = island->propose(0, 0, false);
    EXPECT_EQ(seed.operator_name, "seed");
    EXPECT_EQ(seed.make().candidate, *options.seed_candidate);
    EXPECT_EQ(island->propose(0, 1, false).operator_name, "random");
    mill.step(*island, 0);
    EXPECT_EQ(best_value(*island), 0);
    options.seed_candidate = Candidate{"vector", "123"};
    EXPECT_THROW(mill.island(options), InputError);
}

TEST(EvolutionIsland, SenselessOptionsAreRefused) {
    const testing::Mill mill(std::make_shared<testing::Sphere>(2));
    const auto expect_refused = [&](const std::function<void(IslandOptions&)>& spoil) {
        IslandOptions options = small_options();
        spoil(options);
        EXPECT_THROW(mill.island(options), InputError);
    };
    expect_refused([](IslandOptions& options) { options.island = 3; });
    expect_refused([](IslandOptions& options) { options.batch = 0; });
    expect_refused([](IslandOptions& options) { options.population.size = 0; });
    expect_refused([](IslandOptions& options) { options.population.tournament_size = 0; });
    expect_refused([](IslandOptions& options) { options.elites = 0; });
    EXPECT_THROW(VectorVariation(std::make_shared<testing::Sphere>(2), {"reinsret"}), InputError);
}

TEST(EvolutionIsland, NoopRunEndsWithAValidInterval) {
    const testing::Mill mill(problems::make_vector_problem("noop"));
    IslandOptions options = small_options();
    const auto island = mill.island(options);
    std::set<std::string> operators;
    for (std::uint64_t step = 0; step < 100; ++step) {
        for (const EvaluationRecord& record : mill.step(*island, step)) {
            EXPECT_TRUE(record.verdict.ok()) << record.verdict.text;
            operators.insert(record.operator_name);
        }
    }
    EXPECT_TRUE(island->elites()[0]->record.score.scored());
    EXPECT_GE(operators.size(), 3U);
}

TEST(EvolutionIsland, CirclesRunOverTwoIslandsEndsWithAValidInterval) {
    const testing::Mill mill(problems::make_vector_problem("circles_26"));
    IslandOptions options = small_options();
    options.islands = 2;
    std::vector<std::unique_ptr<EvolutionIsland>> islands;
    for (options.island = 0; options.island < 2; ++options.island) islands.push_back(mill.island(options));
    for (std::uint64_t step = 0; step < 30; ++step) {
        for (auto& island : islands) mill.step(*island, step);
        if (step % 10 != 9) continue;
        for (auto& island : islands) {
            for (const engine::Migrant& migrant : island->emigrants(step / 10)) {
                islands[migrant.to_island]->immigrate(migrant);
            }
        }
    }
    for (const auto& island : islands) {
        const Score score = island->elites()[0]->record.score;
        EXPECT_TRUE(score.scored());
        EXPECT_GT(score.lower, 2.55);
        EXPECT_LT(score.upper, 2.64);
        EXPECT_LT(score.upper - score.lower, 1e-9);
    }
}

}  // namespace
}  // namespace atl::evolve
