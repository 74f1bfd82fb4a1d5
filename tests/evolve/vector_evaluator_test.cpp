// SPDX-License-Identifier: Apache-2.0
// Tests that judging hands on verdicts and never throws.
#include "atoll/evolve/vector_evaluator.hpp"

#include <gtest/gtest.h>

#include "atoll/evolve/vector_genome.hpp"
#include "evolve/test_problem.hpp"

namespace atl::evolve {
namespace {

TEST(VectorEvaluator, HandsOnWhatTheJudgeSays) {
    const VectorEvaluator evaluator(std::make_shared<testing::Sphere>(2));
    const Candidate candidate = encode_vector(std::vector<double>{0.3, 1.3});
    const engine::EvaluationOutcome outcome = evaluator.evaluate({{}, &candidate, "open"});
    EXPECT_TRUE(outcome.verdict.ok());
    EXPECT_DOUBLE_EQ(outcome.score.lower, 1.0);
    ASSERT_EQ(outcome.metrics.size(), 1U);
    EXPECT_EQ(outcome.metrics[0].name, "norm");
    EXPECT_GE(outcome.wall_seconds, 0);
    EXPECT_GE(outcome.cpu_seconds, 0);
}

TEST(VectorEvaluator, WhatIsNoVectorIsWrongAndNotAnError) {
    const VectorEvaluator evaluator(std::make_shared<testing::Sphere>(2));
    for (const Candidate& candidate : {Candidate{"program", "x"}, Candidate{"vector", "12345"}}) {
        const engine::EvaluationOutcome outcome = evaluator.evaluate({{}, &candidate, "open"});
        EXPECT_EQ(outcome.verdict.kind, VerdictKind::wrong);
        EXPECT_EQ(outcome.verdict.reason, "not_a_vector");
        EXPECT_FALSE(outcome.score.scored());
    }
    const Candidate short_one = encode_vector(std::vector<double>{1});
    EXPECT_EQ(evaluator.evaluate({{}, &short_one, "open"}).verdict.kind, VerdictKind::wrong);
}

}  // namespace
}  // namespace atl::evolve
