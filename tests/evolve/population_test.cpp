// SPDX-License-Identifier: Apache-2.0
// Tests of replacement, distinctness and selection pressure.
#include "atoll/evolve/population.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "atoll/core/error.hpp"
#include "atoll/evolve/vector_genome.hpp"

namespace atl::evolve {
namespace {

Population::Member member(double fitness, std::uint64_t step = 0) {
    auto made = std::make_shared<Individual>();
    made->fitness = fitness;
    made->record.key = {0, step, 0, 0};
    made->record.candidate = encode_vector(std::vector<double>{fitness, static_cast<double>(step)});
    made->record.candidate_sha256 = sha256(made->record.candidate.bytes);
    made->record.score = {fitness, fitness};
    return made;
}

PopulationOptions options(std::uint32_t size, double tolerance = 1e-9) {
    PopulationOptions made;
    made.size = size;
    made.value_tolerance = tolerance;
    return made;
}

void expect_invariant(const Population& population) {
    EXPECT_LE(population.size(), population.options().size);
    for (std::size_t i = 1; i < population.size(); ++i) {
        const double better = population[i - 1]->fitness;
        const double worse = population[i]->fitness;
        EXPECT_GT(better - worse, population.options().value_tolerance * (1 + std::fabs(better)) * 0.99);
    }
}

TEST(Population, StaysSortedBoundedAndDistinctUnderRandomOffers) {
    Population population(options(10, 1e-3));
    RandomStream random(1, 0, 0, 0, StreamPurpose::test);
    double best = -1;
    for (std::uint64_t i = 0; i < 5000; ++i) {
        const double fitness = std::floor(random.uniform() * 4000) / 4000 + 1e-5 * random.uniform();
        best = std::max(best, fitness);
        population.offer(member(fitness, i));
        expect_invariant(population);
        ASSERT_EQ(population[0]->fitness, best);  // elitism: the best is never lost
    }
    EXPECT_TRUE(population.full());
}

TEST(Population, CopyOfAnOptimumTakesNoSecondPlace) {
    Population population(options(4));
    EXPECT_TRUE(population.offer(member(2.5, 1)).entered);
    EXPECT_FALSE(population.offer(member(2.5, 2)).entered);
    const Population::Offer better = population.offer(member(2.5 + 1e-12, 3));
    EXPECT_TRUE(better.entered);
    EXPECT_FALSE(better.new_best);
    EXPECT_EQ(better.rank_gain, 0);
    ASSERT_EQ(population.size(), 1U);
    EXPECT_EQ(population[0]->record.key.step, 3U);
}

TEST(Population, BetterTwinTakesThePlaceOfItsOwnTwinOnly) {
    Population population(options(4, 1e-3));  // relative to 1 + |fitness|: 2e-3 here
    population.offer(member(1.000, 1));
    population.offer(member(1.006, 2));
    EXPECT_TRUE(population.offer(member(1.0015, 3)).entered);
    EXPECT_TRUE(population.offer(member(1.0065, 4)).entered);
    ASSERT_EQ(population.size(), 2U);
    EXPECT_EQ(population[0]->record.key.step, 4U);
    EXPECT_EQ(population[1]->record.key.step, 3U);
}

TEST(Population, NegativeToleranceKeepsEqualValuesOfDistinctContent) {
    Population population(options(4, -1));
    EXPECT_TRUE(population.offer(member(1, 1)).entered);
    EXPECT_TRUE(population.offer(member(1, 2)).entered);
    EXPECT_FALSE(population.offer(member(1, 2)).entered);
    EXPECT_EQ(population.size(), 2U);
}

TEST(Population, RankGainIsTheShareOfMembersBeaten) {
    Population population(options(4));
    EXPECT_EQ(population.offer(member(1, 1)).rank_gain, 1.0);
    EXPECT_EQ(population.offer(member(2, 2)).rank_gain, 1.0);
    EXPECT_EQ(population.offer(member(3, 3)).rank_gain, 1.0);
    EXPECT_EQ(population.offer(member(4, 4)).rank_gain, 1.0);
    const Population::Offer middle = population.offer(member(2.5, 5));
    EXPECT_DOUBLE_EQ(middle.rank_gain, 0.5);
    EXPECT_FALSE(middle.new_best);
    EXPECT_FALSE(population.offer(member(0.5, 6)).entered);
    EXPECT_EQ(population.size(), 4U);
}

TEST(Population, UnscoredNeverEnters) {
    Population population(options(4));
    EXPECT_FALSE(population.wants(std::nan("")));
    EXPECT_FALSE(population.offer(member(std::nan(""), 1)).entered);
}

TEST(Population, WantsForetellsOffer) {
    Population population(options(6, 1e-2));
    RandomStream random(2, 0, 0, 0, StreamPurpose::test);
    for (std::uint64_t i = 0; i < 2000; ++i) {
        const double fitness = random.uniform();
        const bool wanted = population.wants(fitness);
        EXPECT_EQ(population.offer(member(fitness, i)).entered, wanted);
    }
}

/// How often each index is drawn.
std::vector<double> draws(const PopulationOptions& selection, int count) {
    Population population(selection);
    for (std::uint32_t i = 0; i < selection.size; ++i) population.offer(member(i, i));
    RandomStream random(3, 0, 0, 0, StreamPurpose::test);
    std::vector<double> share(selection.size);
    for (int i = 0; i < count; ++i) share[population.select(random)] += 1.0 / count;
    return share;
}

TEST(Population, TournamentPressureGrowsWithItsSize) {
    PopulationOptions selection = options(10);
    selection.tournament_size = 1;
    EXPECT_NEAR(draws(selection, 40000)[0], 0.10, 0.01);
    selection.tournament_size = 2;
    EXPECT_NEAR(draws(selection, 40000)[0], 1 - 0.9 * 0.9, 0.01);
    selection.tournament_size = 4;
    EXPECT_NEAR(draws(selection, 40000)[0], 1 - 0.9 * 0.9 * 0.9 * 0.9, 0.01);
}

TEST(Population, RankSelectionFallsLinearly) {
    PopulationOptions selection = options(10);
    selection.selection = Selection::rank;
    const std::vector<double> share = draws(selection, 100000);
    for (std::size_t i = 0; i < share.size(); ++i) {
        EXPECT_NEAR(share[i], static_cast<double>(10 - i) / 55.0, 0.01);
    }
}

TEST(Population, StateSurvivesARoundTripAndDamageIsFound) {
    Population population(options(4));
    for (std::uint64_t i = 0; i < 4; ++i) population.offer(member(static_cast<double>(i), i));
    population[1]->acknowledged = true;
    StateWriter writer;
    population.write(writer);
    const std::string bytes = writer.take();
    std::map<Sha256, std::string> contents;
    for (const Population::Member& each : population.members()) {
        contents[each->record.candidate_sha256] = each->record.candidate.bytes;
    }
    const auto bytes_of = [&contents](const Sha256& content) { return contents[content]; };

    Population back(options(4));
    StateReader reader(bytes, bytes_of);
    back.read(reader);
    reader.finish();
    ASSERT_EQ(back.size(), population.size());
    for (std::size_t i = 0; i < back.size(); ++i) {
        EXPECT_EQ(back[i]->record.key, population[i]->record.key);
        EXPECT_EQ(back[i]->fitness, population[i]->fitness);
        EXPECT_EQ(back[i]->record.candidate, population[i]->record.candidate);
        EXPECT_EQ(back[i]->acknowledged, population[i]->acknowledged);
    }
    for (std::size_t length = 0; length < bytes.size(); length += 7) {
        StateReader torn(std::string_view(bytes).substr(0, length), bytes_of);
        EXPECT_THROW(back.read(torn), DamageError) << length;
    }
    Population smaller(options(3));
    StateReader again(bytes, bytes_of);
    EXPECT_THROW(smaller.read(again), DamageError);
}

}  // namespace
}  // namespace atl::evolve
