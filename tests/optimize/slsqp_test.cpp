// SPDX-License-Identifier: Apache-2.0
// The SLSQP reference: right answers, honest reports.
#include "atoll/optimize/slsqp.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "atoll/core/error.hpp"
#include "optimize/programs.hpp"

namespace atl::optimize {
namespace {

TEST(Slsqp, finds_the_optimum_of_a_convex_program) {
    const LocalResult result = minimize_by_slsqp(testing::disc(), std::vector<double>{0.1, -0.7});
    EXPECT_TRUE(result.converged);
    EXPECT_NEAR(result.objective, -std::sqrt(2.0), 1e-9);
    EXPECT_LE(result.violation, 1e-9);
    EXPECT_GT(result.iterations, 1);
}

TEST(Slsqp, packs_two_circles) {
    const LocalResult result =
        minimize_by_slsqp(testing::packing(2), std::vector<double>{0.2, 0.3, 0.1, 0.7, 0.9, 0.05});
    EXPECT_NEAR(result.objective, -(2 - std::sqrt(2.0)), 1e-9);
}

TEST(Slsqp, moves_a_start_into_the_bounds_first) {
    const QuadraticProgram box{{1, -2}, {-1, -1}, {4, 5}, {}};
    const LocalResult result = minimize_by_slsqp(box, std::vector<double>{90, -90});
    EXPECT_NEAR(result.x[0], -1, 1e-9);
    EXPECT_NEAR(result.x[1], 5, 1e-9);
}

TEST(Slsqp, says_not_converged_when_evaluations_run_out) {
    LocalOptions options;
    options.maximum_iterations = 1;
    EXPECT_FALSE(
        minimize_by_slsqp(testing::packing(2), std::vector<double>{0.2, 0.3, 0.1, 0.7, 0.9, 0.05}, options).converged);
}

TEST(Slsqp, refuses_a_start_of_wrong_length) {
    EXPECT_THROW(minimize_by_slsqp(testing::disc(), std::vector<double>{0, 0, 0}), InputError);
}

}  // namespace
}  // namespace atl::optimize
