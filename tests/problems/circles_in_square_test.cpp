// SPDX-License-Identifier: Apache-2.0
// The circle judge: exact to the last bit, deaf to tolerances, and never surprised by garbage.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "atoll/core/error.hpp"
#include "atoll/problems/vector_problem.hpp"
#include "problems/rational.hpp"

namespace atl::problems {
namespace {

using Vector = std::vector<double>;

RandomStream stream(std::uint64_t seed) { return {seed, 0, 0, 0, StreamPurpose::test}; }

class Circles26 : public ::testing::Test {
protected:
    std::unique_ptr<VectorProblem> problem = make_vector_problem("circles_26");

    /// 25 circles of radius 1/16 on a grid of binary fractions, all with room, and one of radius zero in between.
    static Vector grid() {
        Vector x;
        for (int i = 0; i < 25; ++i) {
            const int row = i / 5, column = i % 5;
            x.insert(x.end(), {0.125 + 0.1875 * column, 0.125 + 0.1875 * row, 0.0625});
        }
        x.insert(x.end(), {0.21875, 0.21875, 0.0});
        return x;
    }
    /// Circles 0 and 1 touch exactly: centres 1/4 apart, radii 1/8.
    static Vector touching() {
        Vector x = grid();
        for (int i = 0; i < 26; ++i) x[3 * i + 2] = 0;
        x[2] = x[5] = 0.125;
        x[0] = 0.25, x[1] = 0.5, x[3] = 0.5, x[4] = 0.5;
        for (int i = 2; i < 26; ++i) x[3 * i] = 0.03125 * i, x[3 * i + 1] = 1;
        return x;
    }
    std::string reason(const Vector& x) const { return problem->judge(x).verdict.reason; }
};

TEST_F(Circles26, accepts_a_packing_and_sums_its_radii_exactly) {
    const Judgement judgement = problem->judge(grid());
    EXPECT_TRUE(judgement.verdict.ok()) << judgement.verdict.text;
    EXPECT_EQ(judgement.score.lower, 25 * 0.0625);
    EXPECT_EQ(judgement.score.upper, 25 * 0.0625);
}

TEST_F(Circles26, accepts_circles_that_touch_and_refuses_one_ulp_more) {
    Vector x = touching();
    EXPECT_TRUE(problem->judge(x).verdict.ok()) << problem->judge(x).verdict.text;
    x[2] = std::nextafter(0.125, 1);
    EXPECT_EQ(reason(x), "circles_overlap");
    x = touching();
    x[3] = std::nextafter(0.5, 0);
    EXPECT_EQ(reason(x), "circles_overlap");
}

TEST_F(Circles26, names_the_circles_that_overlap_and_by_how_much) {
    Vector x = touching();
    x[2] += 1e-9;
    const Verdict verdict = problem->judge(x).verdict;
    EXPECT_EQ(verdict.kind, VerdictKind::wrong);
    EXPECT_EQ(verdict.reason, "circles_overlap");
    EXPECT_EQ(verdict.text, "circles 0 and 1 overlap by 1e-09");
}

TEST_F(Circles26, refuses_one_ulp_beyond_each_wall) {
    for (const std::size_t axis : {0, 1}) {
        Vector x = touching();
        x[axis] = 0.125;
        ASSERT_TRUE(problem->judge(x).verdict.ok()) << problem->judge(x).verdict.text;
        x[axis] = std::nextafter(0.125, 0);
        EXPECT_EQ(reason(x), "outside_square");
        x = touching();
        x[3 + axis] = 0.875;
        x[4 - axis] = 0.25;
        ASSERT_TRUE(problem->judge(x).verdict.ok()) << problem->judge(x).verdict.text;
        x[3 + axis] = std::nextafter(0.875, 1);
        EXPECT_EQ(reason(x), "outside_square");
    }
}

TEST_F(Circles26, is_not_fooled_by_a_sum_that_rounds_to_one) {
    Vector x = touching();
    x[5] = 0x1p-60;
    x[3] = 1 - 0x1p-53;  // 1 - 2^-53 + 2^-60 is below 1
    EXPECT_TRUE(problem->judge(x).verdict.ok()) << problem->judge(x).verdict.text;
    x[3] = 1;  // 1 + 2^-60 rounds to 1 but is above it
    EXPECT_EQ(reason(x), "outside_square");
}

TEST_F(Circles26, refuses_a_tolerance_cheat_of_published_size) {
    const Vector x = grid();
    for (const double cheat : {6.7e-8, 1e-9, 1e-12, 1e-15}) {
        Vector y = x;
        y[3 * 7] += 0.0625 + cheat;  // towards its right neighbour, which it touches without the cheat
        EXPECT_EQ(reason(y), "circles_overlap") << cheat;
    }
}

TEST_F(Circles26, refuses_garbage_with_a_reason) {
    const double infinity = std::numeric_limits<double>::infinity();
    EXPECT_EQ(reason({}), "wrong_length");
    EXPECT_EQ(reason(Vector(77, 0.5)), "wrong_length");
    EXPECT_EQ(reason(Vector(79, 0.5)), "wrong_length");
    EXPECT_EQ(reason(Vector(78, 0.5)), "circles_overlap");
    for (const double garbage : {infinity, -infinity, std::nan(""), -std::nan("1")}) {
        for (const std::size_t place : {0, 1, 2, 77}) {
            Vector x = grid();
            x[place] = garbage;
            EXPECT_EQ(reason(x), "not_finite");
        }
    }
    Vector x = grid();
    x[2] = -std::numeric_limits<double>::denorm_min();
    EXPECT_EQ(reason(x), "negative_radius");
    x[2] = std::numeric_limits<double>::max();
    EXPECT_EQ(reason(x), "outside_square");
    x = grid();
    x[0] = std::numeric_limits<double>::max();
    EXPECT_EQ(reason(x), "outside_square");
    x[0] = -std::numeric_limits<double>::denorm_min();
    x[2] = 0;
    EXPECT_EQ(reason(x), "outside_square");
}

TEST_F(Circles26, counts_subnormal_radii_exactly) {
    const double tiny = std::numeric_limits<double>::denorm_min();
    Vector x = grid();
    x[77] = tiny;
    const Judgement judgement = problem->judge(x);
    ASSERT_TRUE(judgement.verdict.ok()) << judgement.verdict.text;
    EXPECT_EQ(judgement.score.lower, 25 * 0.0625);
    EXPECT_EQ(judgement.score.upper, std::nextafter(25 * 0.0625, 2));
    for (int i = 0; i < 26; ++i) x[3 * i + 2] = tiny;
    EXPECT_EQ(problem->judge(x).score.lower, 26 * tiny);
    EXPECT_EQ(problem->judge(x).score.upper, 26 * tiny);
}

TEST_F(Circles26, gives_the_images_of_a_packing_the_same_score) {
    RandomStream random = stream(2);
    Vector x = problem->random_vector(random);
    for (double& value : x) value = std::ldexp(std::round(std::ldexp(value, 30)), -30);  // so that 1 - x is exact
    ASSERT_TRUE(problem->make_feasible(x));
    for (double& value : x) value = std::ldexp(std::floor(std::ldexp(value, 30)), -30);
    ASSERT_TRUE(problem->judge(x).verdict.ok());
    const Score score = problem->judge(x).score;
    for (int image = 0; image < 8; ++image) {
        Vector y = x;
        for (std::size_t i = 0; i < 78; i += 3) {
            if (image & 1) y[i] = 1 - y[i];
            if (image & 2) y[i + 1] = 1 - y[i + 1];
            if (image & 4) std::swap(y[i], y[i + 1]);
        }
        for (std::size_t i = 25; i > 0; --i) {  // and the circles in another order
            const std::size_t j = random.below(i + 1);
            std::swap_ranges(y.begin() + 3 * i, y.begin() + 3 * i + 3, y.begin() + 3 * j);
        }
        EXPECT_EQ(problem->judge(y).score.lower, score.lower);
        EXPECT_EQ(problem->judge(y).score.upper, score.upper);
    }
}

// Random near-contacts: pairs placed at a distance of their radii, then nudged by a few ulps.
TEST_F(Circles26, agrees_with_plain_rational_arithmetic_on_near_contacts) {
    RandomStream random = stream(3);
    int accepted = 0, refused = 0;
    for (int round = 0; round < 400; ++round) {
        Vector x = problem->random_vector(random);
        for (std::size_t i = 2; i < x.size(); i += 3) x[i] = 0;
        const double angle = random.uniform(0, 6.3), r0 = random.uniform(0.01, 0.2), r1 = random.uniform(0.01, 0.2);
        x[0] = 0.5, x[1] = 0.5, x[2] = r0, x[5] = r1;
        x[3] = 0.5 + (r0 + r1) * std::cos(angle);
        x[4] = 0.5 + (r0 + r1) * std::sin(angle);
        for (std::size_t i = 6; i < x.size(); i += 3) {  // the others out of the way, some touching a wall
            x[i] = std::ldexp(random.uniform(), -static_cast<int>(random.below(80)));
            x[i + 1] = random.below(2) == 0 ? 0 : 1;
        }
        const std::uint64_t nudges = random.below(4);
        for (std::uint64_t k = 0; k < nudges; ++k) {
            double& value = x[random.below(6)];
            value = std::nextafter(value, random.uniform());
        }
        const Judgement judgement = problem->judge(x);
        EXPECT_EQ(judgement.verdict.ok(), testing::packs(x)) << "round " << round << ": " << judgement.verdict.text;
        if (judgement.verdict.ok()) {
            ++accepted;
            EXPECT_TRUE(testing::encloses_tightly(judgement.score, testing::sum_of_radii(x)));
        } else {
            ++refused;
        }
    }
    EXPECT_GT(accepted, 50);
    EXPECT_GT(refused, 50);
}

TEST_F(Circles26, agrees_with_plain_rational_arithmetic_on_extreme_magnitudes) {
    RandomStream random = stream(4);
    int accepted = 0;
    for (int round = 0; round < 60; ++round) {
        Vector x(78);
        for (std::size_t i = 0; i < 78; ++i) {
            const int scale = -static_cast<int>(random.below(i % 3 == 2 ? 1100 : 6)) - (i % 3 == 2 ? 5 : 0);
            x[i] = std::ldexp(random.uniform(), scale);
        }
        if (round % 2 == 0) problem->make_feasible(x);
        const Judgement judgement = problem->judge(x);
        EXPECT_EQ(judgement.verdict.ok(), testing::packs(x)) << "round " << round;
        if (!judgement.verdict.ok()) continue;
        ++accepted;
        EXPECT_TRUE(testing::encloses_tightly(judgement.score, testing::sum_of_radii(x)));
    }
    EXPECT_GE(accepted, 30);
}

TEST_F(Circles26, makes_any_finite_vector_feasible) {
    RandomStream random = stream(5);
    for (int round = 0; round < 50; ++round) {
        Vector x(78);
        for (double& value : x) value = random.uniform(-0.5, 1.5);
        if (round == 0) x.assign(78, 0.5);
        ASSERT_TRUE(problem->make_feasible(x));
        EXPECT_TRUE(problem->judge(x).verdict.ok()) << problem->judge(x).verdict.text;
    }
    Vector broken(78, std::nan(""));
    EXPECT_FALSE(problem->make_feasible(broken));
    Vector small(3, 0.5);
    EXPECT_FALSE(problem->make_feasible(small));
}

TEST_F(Circles26, loses_next_to_nothing_when_it_makes_a_tight_packing_feasible) {
    Vector x;  // a hexagonal patch: every contact is off by rounding, and radii are a little too large
    for (int i = 0; i < 26; ++i) {
        const int row = i / 5;
        const double column = i % 5 + 0.5 * (row % 2);
        x.insert(x.end(), {0.1 + 0.16 * column, 0.1 + 0.08 * std::sqrt(3.0) * row, 0.08 * (1 + 3e-16)});
    }
    ASSERT_FALSE(problem->judge(x).verdict.ok());
    double before = 0;
    for (std::size_t i = 2; i < 78; i += 3) before += x[i];
    ASSERT_TRUE(problem->make_feasible(x));
    const Judgement judgement = problem->judge(x);
    ASSERT_TRUE(judgement.verdict.ok());
    EXPECT_GT(judgement.score.lower, before - 1e-13);
}

TEST_F(Circles26, values_a_feasible_vector_by_its_score_and_punishes_overlap) {
    Vector x = grid();
    EXPECT_DOUBLE_EQ(problem->merit(x), problem->judge(x).score.lower);
    const double before = problem->merit(x);
    x[2] += 0.1;  // overlaps its neighbours: bigger, but worse
    EXPECT_LT(problem->merit(x), before);
    EXPECT_TRUE(std::isfinite(problem->merit(Vector(78, 0.5))));
}

TEST_F(Circles26, states_a_program_that_holds_where_the_judge_accepts) {
    const QuadraticProgram& program = *problem->program();
    const auto smallest = [&](const Vector& x) {
        double least = 1;
        for (const QuadraticConstraint& constraint : program.constraints) {
            double value = constraint.constant;
            for (const LinearTerm& term : constraint.linear) value += term.coefficient * x[term.variable];
            for (const QuadraticTerm& term : constraint.quadratic) {
                value += term.coefficient * x[term.first] * x[term.second];
            }
            least = std::min(least, value);
        }
        return least;
    };
    EXPECT_GE(smallest(problem->program_start(grid())), 0);
    Vector x = grid();
    x[2] = 0.13;
    EXPECT_LT(smallest(problem->program_start(x)), 0);
    EXPECT_EQ(problem->program_result(problem->program_start(x)), x);
}

TEST_F(Circles26, moves_keep_the_length_the_bounds_and_depend_on_the_stream_alone) {
    const Vector x = grid();
    for (const std::string& name : problem->move_names()) {
        RandomStream one = stream(6), same = stream(6);
        int changed = 0;
        for (int round = 0; round < 20; ++round) {
            const Vector y = problem->move(name, x, one);
            EXPECT_EQ(y, problem->move(name, x, same));
            ASSERT_EQ(y.size(), x.size());
            for (std::size_t i = 0; i < y.size(); ++i) {
                EXPECT_GE(y[i], problem->lower_bounds()[i]) << name;
                EXPECT_LE(y[i], problem->upper_bounds()[i]) << name;
            }
            changed += y != x;
        }
        EXPECT_GT(changed, 0) << name;
    }
    RandomStream random = stream(7);
    EXPECT_THROW(problem->move("relocat", x, random), InputError);
}

TEST_F(Circles26, draws_circles_and_their_contacts) {
    const auto figure = problem->figure(touching());
    ASSERT_TRUE(figure.has_value());
    EXPECT_EQ(figure->shapes.size(), 26U);
    EXPECT_NE(std::find(figure->links.begin(), figure->links.end(), std::pair<std::uint32_t, std::uint32_t>(0, 1)),
              figure->links.end());
    EXPECT_FALSE(problem->figure(Vector(3, 0.5)).has_value());
}

TEST(Circles, know_the_best_strictly_verified_values) {
    EXPECT_EQ(make_vector_problem("circles_26")->best_known()->value, 2.635983084917301);
    const auto larger = make_vector_problem("circles_32");
    EXPECT_EQ(larger->best_known()->value, 2.939572771206034);
    EXPECT_EQ(larger->dimension(), 96U);
    for (const PublishedValue& value : larger->published()) {
        EXPECT_TRUE(!value.strictly_verified || value.value <= larger->best_known()->value) << value.who;
    }
}

}  // namespace
}  // namespace atl::problems
