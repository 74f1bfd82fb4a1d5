// SPDX-License-Identifier: Apache-2.0
// Tests that operators stay in bounds, repeat, count their calls and improve.
#include "atoll/evolve/vector_operators.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "atoll/core/error.hpp"
#include "evolve/operators/mutation.hpp"
#include "evolve/test_problem.hpp"

namespace atl::evolve {
namespace {

RandomStream stream(std::uint32_t slot) { return {11, 0, 0, slot, StreamPurpose::operate}; }

struct Parents {
    explicit Parents(const problems::VectorProblem& problem) {
        for (std::uint32_t i = 0; i < 3; ++i) {
            RandomStream random = stream(1000 + i);
            vectors.push_back(problem.random_vector(random));
        }
        for (const auto& each : vectors) views.emplace_back(each);
    }
    std::vector<std::vector<double>> vectors;
    std::vector<std::span<const double>> views;
};

/// Every operator of the problem, plain and polished: inside the bounds, and the same again from the same stream.
void expect_sound_operators(const std::shared_ptr<const problems::VectorProblem>& problem, std::uint32_t repeats) {
    const VectorOperators operators(problem);
    const Parents parents(*problem);
    for (const std::string& name : operators.names()) {
        for (const char* suffix : {"", "+polish"}) {
            const VectorPipeline pipeline = operators.pipeline(name + suffix);
            for (std::uint32_t slot = 0; slot < repeats; ++slot) {
                RandomStream first = stream(slot);
                RandomStream second = stream(slot);
                const Offspring child = operators.run(pipeline, parents.views, first);
                const Offspring again = operators.run(pipeline, parents.views, second);
                ASSERT_EQ(child.x.size(), problem->dimension()) << pipeline.name;
                EXPECT_EQ(child.x, again.x) << pipeline.name;
                EXPECT_EQ(child.objective_calls, again.objective_calls) << pipeline.name;
                for (std::size_t i = 0; i < child.x.size(); ++i) {
                    ASSERT_GE(child.x[i], problem->lower_bounds()[i]) << pipeline.name;
                    ASSERT_LE(child.x[i], problem->upper_bounds()[i]) << pipeline.name;
                }
            }
        }
    }
}

TEST(VectorOperators, StayInBoundsAndRepeatWithoutAProgram) {
    expect_sound_operators(std::make_shared<testing::Sphere>(4), 5);
    expect_sound_operators(std::make_shared<testing::Sphere>(6, true), 3);
}

TEST(VectorOperators, StayInBoundsAndRepeatWithAProgram) {
    expect_sound_operators(problems::make_vector_problem("circles_26"), 1);
}

TEST(VectorOperators, SearchesCountTheirCallsAndImprove) {
    const auto problem = std::make_shared<testing::Sphere>(4);
    const VectorOperators operators(problem);
    const Parents parents(*problem);
    for (const char* name : {"cma_es", "de", "none+polish"}) {
        RandomStream random = stream(1);
        const Offspring child = operators.run(operators.pipeline(name), parents.views, random);
        EXPECT_GT(child.objective_calls, 100U) << name;
        EXPECT_LT(problem->merit(child.x), problem->merit(parents.vectors[0])) << name;
    }
    for (const char* name : {"gaussian", "differential", "crossover", "flip", "none"}) {
        RandomStream random = stream(1);
        EXPECT_EQ(operators.run(operators.pipeline(name), parents.views, random).objective_calls, 0U) << name;
    }
}

TEST(VectorOperators, PolishMakesAValidCandidateOfARandomStart) {
    const std::shared_ptr<const problems::VectorProblem> problem = problems::make_vector_problem("circles_26");
    const VectorOperators operators(problem);
    for (std::uint32_t slot = 0; slot < 5; ++slot) {
        RandomStream random = stream(slot);
        const Offspring child = operators.run(operators.starter(), {}, random);
        const problems::Judgement judgement = problem->judge(child.x);
        EXPECT_TRUE(judgement.verdict.ok()) << judgement.verdict.text;
        EXPECT_GT(judgement.score.lower, 2.4);
        EXPECT_GT(child.objective_calls, 5U);
    }
}

TEST(VectorOperators, PolishGivesUpOnWhatCannotBeatTheGiven) {
    const std::shared_ptr<const problems::VectorProblem> problem = problems::make_vector_problem("circles_26");
    const VectorOperators operators(problem);
    // The best of a few random starts is worth more than most others reach.
    std::vector<double> best;
    std::vector<std::uint64_t> calls;
    for (std::uint32_t slot = 0; slot < 6; ++slot) {
        RandomStream random = stream(slot);
        const Offspring child = operators.run(operators.starter(), {}, random);
        calls.push_back(child.objective_calls);
        if (best.empty() || problem->judge(child.x).score.lower > problem->judge(best).score.lower) best = child.x;
    }
    std::uint64_t full = 0;
    std::uint64_t pruned = 0;
    for (std::uint32_t slot = 0; slot < 6; ++slot) {
        RandomStream random = stream(slot);
        full += calls[slot];
        pruned += operators.run(operators.starter(), {}, random, best).objective_calls;
    }
    EXPECT_LT(pruned, full);
}

TEST(VectorOperators, UnknownNameNamesTheNearest) {
    const VectorOperators operators(std::make_shared<testing::Sphere>(4));
    try {
        operators.pipeline("gausian+polish");
        FAIL() << "accepted";
    } catch (const InputError& error) {
        EXPECT_NE(std::string(error.what()).find("'gaussian'"), std::string::npos) << error.what();
        EXPECT_NE(std::string(error.what()).find("cma_es"), std::string::npos) << error.what();
    }
}

TEST(VectorOperators, DefaultsPolishWhereThereIsAProgramOnly) {
    const VectorOperators plain(std::make_shared<testing::Sphere>(4));
    for (const std::string& name : plain.default_pipelines()) {
        EXPECT_FALSE(plain.pipeline(name).polished) << name;
    }
    EXPECT_EQ(plain.starter().name, "random");
    const VectorOperators packing(problems::make_vector_problem("circles_26"));
    for (const std::string& name : packing.default_pipelines()) EXPECT_TRUE(packing.pipeline(name).polished) << name;
    EXPECT_EQ(packing.starter().name, "random+polish");
}

std::vector<std::pair<double, double>> points(const std::vector<double>& x) {
    std::vector<std::pair<double, double>> result;
    for (std::size_t i = 0; i + 1 < x.size(); i += 2) result.emplace_back(x[i], x[i + 1]);
    std::sort(result.begin(), result.end());
    return result;
}

TEST(Mutation, CrossoverOfExchangeableGroupsTakesWholeGroupsOfBoth) {
    const testing::Sphere problem(12, true);
    const Parents parents(problem);
    bool mixed = false;
    for (std::uint32_t slot = 0; slot < 20; ++slot) {
        RandomStream random = stream(slot);
        const Offspring child = crossover({problem, parents.views, random});
        const auto a = points(parents.vectors[0]);
        const auto b = points(parents.vectors[1]);
        std::size_t from_a = 0;
        std::size_t from_b = 0;
        for (const auto& point : points(child.x)) {
            from_a += static_cast<std::size_t>(std::count(a.begin(), a.end(), point));
            from_b += static_cast<std::size_t>(std::count(b.begin(), b.end(), point));
        }
        EXPECT_EQ(from_a + from_b, 6U);
        mixed = mixed || (from_a > 0 && from_b > 0);
    }
    EXPECT_TRUE(mixed);
}

TEST(Mutation, AlignmentUndoesAPermutationOfGroups) {
    const std::vector<double> reference{0, 0, 1, 0, 2, 0.5};
    const std::vector<double> permuted{2.01, 0.5, 0.01, 0, 1.01, 0};
    EXPECT_EQ(align_groups(reference, permuted, 2), (std::vector<double>{0.01, 0, 1.01, 0, 2.01, 0.5}));
}

TEST(Mutation, DifferentialOfOneParentIsThatParent) {
    const testing::Sphere problem(6, true);
    const Parents parents(problem);
    const std::vector<std::span<const double>> same(3, parents.views[0]);
    RandomStream random = stream(3);
    EXPECT_EQ(differential({problem, same, random}).x, parents.vectors[0]);
}

TEST(Mutation, ReflectionMirrorsAtTheBoundAndClampsLongSteps) {
    const testing::Sphere problem(4);
    std::vector<double> x{-1.25, 2.5, 100, -100};
    reflect_into_bounds(problem, x);
    EXPECT_DOUBLE_EQ(x[0], -0.75);
    EXPECT_DOUBLE_EQ(x[1], 1.5);
    for (const double each : x) {
        EXPECT_GE(each, -1);
        EXPECT_LE(each, 2);
    }
}

}  // namespace
}  // namespace atl::evolve
