// SPDX-License-Identifier: Apache-2.0
// Problems by name, and the promises that every one of them keeps.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "atoll/core/error.hpp"
#include "atoll/problems/vector_problem.hpp"

namespace atl::problems {
namespace {

class EveryProblem : public ::testing::TestWithParam<std::string> {
protected:
    std::unique_ptr<VectorProblem> problem = make_vector_problem(GetParam());
};

TEST_P(EveryProblem, goes_by_its_own_name) { EXPECT_EQ(problem->name(), GetParam()); }

TEST_P(EveryProblem, starts_at_random_inside_its_bounds_with_a_finite_merit) {
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        RandomStream random(seed, 0, 0, 0, StreamPurpose::test);
        const std::vector<double> x = problem->random_vector(random);
        ASSERT_EQ(x.size(), problem->dimension());
        ASSERT_EQ(problem->upper_bounds().size(), problem->dimension());
        for (std::size_t i = 0; i < x.size(); ++i) {
            EXPECT_GE(x[i], problem->lower_bounds()[i]);
            EXPECT_LE(x[i], problem->upper_bounds()[i]);
        }
        EXPECT_TRUE(std::isfinite(problem->merit(x)));
    }
}

TEST_P(EveryProblem, judges_what_it_made_feasible_ok_and_close_to_its_merit) {
    RandomStream random(3, 0, 0, 0, StreamPurpose::test);
    std::vector<double> x = problem->random_vector(random);
    ASSERT_TRUE(problem->make_feasible(x));
    const Judgement judgement = problem->judge(x);
    EXPECT_TRUE(judgement.verdict.ok()) << judgement.verdict.text;
    EXPECT_TRUE(judgement.score.scored());
    EXPECT_NEAR(problem->merit(x), judgement.score.lower, 1e-9 * (1 + std::abs(judgement.score.lower)));
}

TEST_P(EveryProblem, never_accepts_what_is_no_number) {
    RandomStream random(4, 0, 0, 0, StreamPurpose::test);
    std::vector<double> x = problem->random_vector(random);
    problem->make_feasible(x);
    for (std::size_t i = 0; i < x.size(); ++i) {
        std::vector<double> y = x;
        y[i] = std::nan("");
        EXPECT_EQ(problem->judge(y).verdict.reason, "not_finite");
        EXPECT_FALSE(problem->judge(y).score.scored());
    }
}

INSTANTIATE_TEST_SUITE_P(Registry, EveryProblem, ::testing::ValuesIn(vector_problem_names()),
                         [](const auto& parameter) { return parameter.param; });

TEST(Registry, lists_the_problems_it_makes) {
    const std::vector<std::string> names = vector_problem_names();
    for (const char* name : {"circles_26", "circles_32", "min_ratio_2d_16", "noop"}) {
        EXPECT_NE(std::find(names.begin(), names.end(), name), names.end());
    }
}

TEST(Registry, names_the_nearest_problem_when_there_is_none_such) {
    try {
        make_vector_problem("circle_26");
        FAIL();
    } catch (const InputError& error) {
        EXPECT_NE(std::string(error.what()).find("did you mean 'circles_26'"), std::string::npos) << error.what();
    }
}

TEST(Noop, scores_its_first_coordinate_and_weighs_about_300_bytes) {
    const auto noop = make_vector_problem("noop");
    EXPECT_EQ(noop->dimension() * sizeof(double), 304U);
    std::vector<double> x(38, 0.25);
    x[0] = 0.75;
    EXPECT_EQ(noop->judge(x).score.lower, 0.75);
    EXPECT_EQ(noop->judge(x).score.upper, 0.75);
    x[9] = 1.5;
    EXPECT_EQ(noop->judge(x).verdict.reason, "out_of_bounds");
    EXPECT_EQ(noop->judge(std::vector<double>(37, 0.5)).verdict.reason, "wrong_length");
}

}  // namespace
}  // namespace atl::problems
