// SPDX-License-Identifier: Apache-2.0
// Tests of the bandit: where picks go, what the floor guarantees, what is forgotten.
#include "atoll/evolve/pipeline_bandit.hpp"

#include <gtest/gtest.h>

#include <numeric>

#include "atoll/core/error.hpp"
#include "atoll/core/random.hpp"

namespace atl::evolve {
namespace {

bool any_arm(std::size_t /*arm*/) { return true; }

/// Plays `rounds`: arm i gains with probability gain[i] at cost[i]. Returns picks an arm over the last half.
std::vector<int> play(PipelineBandit& bandit, const std::vector<double>& gain, const std::vector<double>& cost,
                      int rounds) {
    RandomStream random(5, 0, 0, 0, StreamPurpose::test);
    std::vector<int> picks(gain.size());
    for (int round = 0; round < rounds; ++round) {
        const std::size_t arm = bandit.pick(random.uniform(), any_arm);
        bandit.learn(bandit.arms()[arm].name, random.uniform() < gain[arm] ? 1.0 : 0.0, cost[arm]);
        if (round >= rounds / 2) ++picks[arm];
    }
    return picks;
}

double sum(const std::vector<double>& values) { return std::accumulate(values.begin(), values.end(), 0.0); }

TEST(PipelineBandit, TurnsToTheArmWithMoreGainPerCost) {
    PipelineBandit bandit({{"a", 10}, {"b", 10}, {"c", 10}});
    const auto picks = play(bandit, {0.05, 0.30, 0.05}, {10, 10, 10}, 4000);
    EXPECT_GT(picks[1], 1600);
    EXPECT_GT(picks[0], 40);  // the floor keeps trying the others
    EXPECT_GT(picks[2], 40);
}

TEST(PipelineBandit, EqualGainGoesToTheCheaperArm) {
    PipelineBandit bandit({{"cheap", 10}, {"dear", 10}});
    const auto picks = play(bandit, {0.2, 0.2}, {10, 100}, 4000);
    EXPECT_GT(picks[0], 1800);
}

TEST(PipelineBandit, NoArmFallsBelowTheFloor) {
    PipelineBandit bandit({{"a", 10}, {"b", 10}, {"c", 10}, {"d", 10}});
    for (int i = 0; i < 3000; ++i) bandit.learn("a", 1.0, 10);
    for (int i = 0; i < 300; ++i) bandit.learn("d", 0.0, 10);
    for (const double each : bandit.probabilities()) EXPECT_GE(each, 0.05 - 1e-12);
    EXPECT_NEAR(sum(bandit.probabilities()), 1, 1e-12);
}

TEST(PipelineBandit, CostlyArmKeepsTheFloorAsAShareOfCost) {
    PipelineBandit bandit({{"mutation", 1}, {"search", 2001}});
    EXPECT_LT(bandit.probabilities()[1], 0.001);
    EXPECT_GT(bandit.probabilities()[1] * 2001, 0.02);
    EXPECT_NEAR(sum(bandit.probabilities()), 1, 1e-12);
}

TEST(PipelineBandit, ManyArmsLeaveHalfThePicksToGain) {
    std::vector<BanditArm> arms;
    for (int i = 0; i < 40; ++i) arms.push_back({"arm" + std::to_string(i), 1});
    PipelineBandit bandit(arms);
    for (int i = 0; i < 2000; ++i) bandit.learn("arm0", 1.0, 1);
    for (int arm = 1; arm < 40; ++arm) {
        for (int i = 0; i < 20; ++i) bandit.learn("arm" + std::to_string(arm), 0.0, 1);
    }
    EXPECT_GT(bandit.probabilities()[0], 0.4);
    EXPECT_NEAR(bandit.probabilities()[39], 0.5 / 40, 0.01);
}

TEST(PipelineBandit, ForgetsAnArmThatStoppedGaining) {
    PipelineBandit bandit({{"a", 1}, {"b", 1}});
    play(bandit, {0.5, 0.05}, {1, 1}, 2000);
    EXPECT_GT(bandit.probabilities()[0], 0.8);
    play(bandit, {0.0, 0.3}, {1, 1}, 4000);
    EXPECT_GT(bandit.probabilities()[1], 0.8);
}

TEST(PipelineBandit, WithoutAnyGainEqualCostsStayEqual) {
    PipelineBandit bandit({{"a", 5}, {"b", 5}});
    for (int i = 0; i < 100; ++i) bandit.learn(i % 2 == 0 ? "a" : "b", 0.0, 5);
    EXPECT_NEAR(bandit.probabilities()[0], 0.5, 0.02);
}

TEST(PipelineBandit, PicksFollowProbabilities) {
    PipelineBandit bandit({{"a", 1}, {"b", 1}, {"c", 1}});
    EXPECT_EQ(bandit.pick(0.0, any_arm), 0U);
    EXPECT_EQ(bandit.pick(0.5, any_arm), 1U);
    EXPECT_EQ(bandit.pick(0.9999999, any_arm), 2U);
}

TEST(PipelineBandit, UnknownNamesTeachNothing) {
    PipelineBandit bandit({{"a", 1}, {"b", 1}});
    const auto before = bandit.probabilities();
    bandit.learn("seed", 1.0, 1);
    EXPECT_EQ(bandit.probabilities(), before);
}

TEST(PipelineBandit, StateSurvivesARoundTripAlsoOntoOtherArms) {
    PipelineBandit bandit({{"a", 1}, {"b", 1}});
    play(bandit, {0.5, 0.1}, {1, 1}, 500);
    StateWriter writer;
    bandit.write(writer);
    const std::string bytes = writer.take();

    PipelineBandit back({{"a", 1}, {"b", 1}});
    StateReader reader(bytes);
    back.read(reader);
    reader.finish();
    EXPECT_EQ(back.probabilities(), bandit.probabilities());

    PipelineBandit other({{"new", 1}, {"a", 1}});
    StateReader again(bytes);
    other.read(again);
    EXPECT_NEAR(sum(other.probabilities()), 1, 1e-12);
}

TEST(PipelineBandit, NoArmsIsAnInputError) { EXPECT_THROW(PipelineBandit({}), InputError); }

}  // namespace
}  // namespace atl::evolve
