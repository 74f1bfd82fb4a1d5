// SPDX-License-Identifier: Apache-2.0
// The judge of point sets: exact ratios at any scale, and reasons for everything that has none.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "atoll/problems/vector_problem.hpp"
#include "problems/rational.hpp"

namespace atl::problems {
namespace {

using Vector = std::vector<double>;

RandomStream stream(std::uint64_t seed) { return {seed, 0, 0, 0, StreamPurpose::test}; }

class MinRatio : public ::testing::Test {
protected:
    std::unique_ptr<VectorProblem> problem = make_vector_problem("min_ratio_2d_16");

    static Vector grid() {
        Vector x;
        for (int i = 0; i < 16; ++i) x.insert(x.end(), {static_cast<double>(i % 4), static_cast<double>(i / 4)});
        return x;
    }
    std::string reason(const Vector& x) const { return problem->judge(x).verdict.reason; }
};

TEST_F(MinRatio, scores_a_grid_exactly_at_any_scale_and_place) {
    for (const double scale : {1.0, 0.1, 1e-300, 1e5}) {
        Vector x = grid();
        for (double& value : x) value = value * scale;
        const Judgement judgement = problem->judge(x);
        ASSERT_TRUE(judgement.verdict.ok());
        EXPECT_TRUE(testing::encloses_tightly(judgement.score, testing::squared_ratio(x)));
        EXPECT_NEAR(judgement.score.lower, 18, 1e-12);
    }
    EXPECT_EQ(problem->judge(grid()).score.lower, 18);
    EXPECT_EQ(problem->judge(grid()).score.upper, 18);
}

TEST_F(MinRatio, gives_an_interval_where_no_double_is_the_ratio) {
    Vector x = grid();
    x[31] = 3.1;
    const Score score = problem->judge(x).score;
    EXPECT_LT(score.lower, score.upper);
    EXPECT_TRUE(testing::encloses_tightly(score, testing::squared_ratio(x)));
}

TEST_F(MinRatio, refuses_garbage_with_a_reason) {
    const double infinity = std::numeric_limits<double>::infinity();
    EXPECT_EQ(reason({}), "wrong_length");
    EXPECT_EQ(reason(Vector(33, 0.5)), "wrong_length");
    for (const double garbage : {infinity, -infinity, std::nan("")}) {
        Vector x = grid();
        x[17] = garbage;
        EXPECT_EQ(reason(x), "not_finite");
    }
    Vector x = grid();
    x[5] = 1e300;
    EXPECT_EQ(reason(x), "out_of_bounds");
    x = grid();
    x[2] = x[0], x[3] = x[1];
    const Verdict verdict = problem->judge(x).verdict;
    EXPECT_EQ(verdict.kind, VerdictKind::wrong);
    EXPECT_EQ(verdict.reason, "coincident_points");
    EXPECT_EQ(verdict.text, "points 0 and 1 coincide");
    EXPECT_EQ(reason(Vector(32, 0.0)), "coincident_points");
}

TEST_F(MinRatio, tells_apart_points_whose_distance_underflows_when_squared) {
    Vector x = grid();
    x[0] = 0, x[1] = 0;
    x[2] = std::numeric_limits<double>::denorm_min(), x[3] = 0;
    const Judgement judgement = problem->judge(x);
    ASSERT_TRUE(judgement.verdict.ok()) << judgement.verdict.text;  // not coincident: the ratio is just beyond doubles
    EXPECT_EQ(judgement.score.lower, std::numeric_limits<double>::max());
    EXPECT_EQ(judgement.score.upper, std::numeric_limits<double>::infinity());
}

TEST_F(MinRatio, agrees_with_plain_rational_arithmetic) {
    RandomStream random = stream(1);
    for (int round = 0; round < 200; ++round) {
        Vector x = round % 2 == 0 ? problem->random_vector(random) : grid();
        if (round % 2 == 1) {  // many ties, broken by ulps
            for (double& value : x) {
                value = 0.3 * value + 0.7;
                if (random.below(3) == 0) value = std::nextafter(value, random.uniform(0, 9));
            }
        }
        if (round % 5 == 0) {
            for (double& value : x) value = std::ldexp(value, -static_cast<int>(random.below(500)));
        }
        const Judgement judgement = problem->judge(x);
        const testing::Rational ratio = testing::squared_ratio(x);
        ASSERT_EQ(judgement.verdict.ok(), ratio > 0);
        if (judgement.verdict.ok() && judgement.score.upper < 1e300) {
            EXPECT_TRUE(testing::encloses_tightly(judgement.score, ratio)) << "round " << round;
        }
    }
}

TEST_F(MinRatio, values_a_vector_by_its_ratio) {
    RandomStream random = stream(2);
    const Vector x = problem->random_vector(random);
    EXPECT_NEAR(problem->merit(x), problem->judge(x).score.lower, 1e-9 * problem->merit(x));
    EXPECT_TRUE(std::isfinite(problem->merit(Vector(32, 1.0))));
}

TEST_F(MinRatio, keeps_the_ratio_on_the_way_to_the_program_and_back) {
    RandomStream random = stream(3);
    for (int round = 0; round < 20; ++round) {
        const Vector x = problem->random_vector(random);
        const Vector variables = problem->program_start(x);
        ASSERT_EQ(variables.size(), problem->program()->dimension());
        const Vector back = problem->program_result(variables);
        EXPECT_NEAR(problem->merit(back) / problem->merit(x), 1, 1e-10);
        for (const double value : back) {
            EXPECT_GE(value, 0);
            EXPECT_LE(value, 4);
        }
    }
    EXPECT_EQ(problem->program_result(problem->program_start(Vector(32, 1.0))).size(), 32U);
}

TEST_F(MinRatio, states_a_program_that_the_known_grid_satisfies) {
    Vector variables = grid();
    variables.push_back(18);
    double least = 1;
    for (const QuadraticConstraint& constraint : problem->program()->constraints) {
        double value = constraint.constant;
        for (const LinearTerm& term : constraint.linear) value += term.coefficient * variables[term.variable];
        for (const QuadraticTerm& term : constraint.quadratic) {
            value += term.coefficient * variables[term.first] * variables[term.second];
        }
        least = std::min(least, value);
    }
    EXPECT_EQ(least, 0);  // neighbours at distance 1, the diagonal at 18
}

TEST_F(MinRatio, moves_stay_inside_the_bounds_and_depend_on_the_stream_alone) {
    const Vector x = grid();
    for (const std::string& name : problem->move_names()) {
        RandomStream one = stream(4), same = stream(4);
        for (int round = 0; round < 10; ++round) {
            const Vector y = problem->move(name, x, one);
            EXPECT_EQ(y, problem->move(name, x, same));
            EXPECT_NE(y, x);
            for (const double value : y) {
                EXPECT_GE(value, 0) << name;
                EXPECT_LE(value, 4) << name;
            }
        }
    }
}

TEST_F(MinRatio, draws_the_binding_pairs) {
    const auto figure = problem->figure(grid());
    ASSERT_TRUE(figure.has_value());
    EXPECT_EQ(figure->shapes.size(), 16U);
    EXPECT_EQ(figure->links.size(), 24U + 2U);  // neighbours and the two diagonals
    EXPECT_FALSE(problem->figure(Vector(32, 0.0)).has_value());
}

}  // namespace
}  // namespace atl::problems
