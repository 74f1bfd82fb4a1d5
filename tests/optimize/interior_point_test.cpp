// SPDX-License-Identifier: Apache-2.0
// The local optimiser against known optima, against SLSQP, and on starts and programs that are ill-behaved.
#include "atoll/optimize/interior_point.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "atoll/core/error.hpp"
#include "atoll/core/random.hpp"
#include "atoll/optimize/slsqp.hpp"
#include "optimize/programs.hpp"

namespace atl::optimize {
namespace {

using testing::disc;
using testing::infinity;
using testing::outside_disc;
using testing::packing;

RandomStream stream(std::uint64_t seed) { return {seed, 0, 0, 0, StreamPurpose::test}; }

std::vector<double> random_packing_start(std::uint32_t count, RandomStream& random) {
    std::vector<double> start;
    for (std::uint32_t i = 0; i < count; ++i) start.insert(start.end(), {random.uniform(), random.uniform(), 0.02});
    return start;
}

TEST(InteriorPoint, finds_the_optimum_of_a_convex_program_to_full_precision) {
    const LocalResult result = minimize_quadratic_program(disc(), std::vector<double>{0.1, -0.7});
    EXPECT_TRUE(result.converged);
    EXPECT_NEAR(result.objective, -std::sqrt(2.0), 1e-14);
    EXPECT_LE(result.violation, 1e-15);
}

TEST(InteriorPoint, starts_outside_the_feasible_set) {
    const LocalResult result = minimize_quadratic_program(disc(), std::vector<double>{40, -70});
    EXPECT_TRUE(result.converged);
    EXPECT_NEAR(result.objective, -std::sqrt(2.0), 1e-13);
}

TEST(InteriorPoint, leaves_the_hole_of_a_nonconvex_program) {
    const LocalResult result = minimize_quadratic_program(outside_disc(), std::vector<double>{0, 0});
    EXPECT_TRUE(result.converged);
    EXPECT_LE(result.violation, 1e-15);
    EXPECT_NEAR(result.x[0], -3, 1e-12);
    EXPECT_NEAR(result.x[1], -0.5, 1e-12);
}

TEST(InteriorPoint, solves_a_linear_program_between_bounds_alone) {
    const QuadraticProgram box{{1, -2, 0}, {-1, -1, -1}, {4, 5, 6}, {}};
    const LocalResult result = minimize_quadratic_program(box, std::vector<double>{0, 0, 0});
    EXPECT_TRUE(result.converged);
    EXPECT_NEAR(result.x[0], -1, 1e-13);
    EXPECT_NEAR(result.x[1], 5, 1e-13);
}

TEST(InteriorPoint, packs_two_circles_optimally) {
    // On the diagonal, tangent to each other and to two walls each: r1 + r2 = 2 - sqrt(2).
    const LocalResult result =
        minimize_quadratic_program(packing(2), std::vector<double>{0.2, 0.3, 0.1, 0.7, 0.9, 0.05});
    EXPECT_TRUE(result.converged);
    EXPECT_NEAR(result.objective, -(2 - std::sqrt(2.0)), 1e-14);
    EXPECT_LE(result.violation, 1e-15);
}

TEST(InteriorPoint, converges_from_every_random_packing_start) {
    const InteriorPoint solver(packing(26));
    RandomStream random = stream(1);
    double best = 0;
    for (int k = 0; k < 50; ++k) {
        const LocalResult result = solver.minimize(random_packing_start(26, random));
        EXPECT_TRUE(result.converged) << "start " << k;
        EXPECT_LE(result.violation, 1e-14) << "start " << k;
        EXPECT_LE(result.iterations, 60) << "start " << k;
        best = std::min(best, result.objective);
    }
    EXPECT_LT(best, -2.60);
    EXPECT_GT(best, -2.6359830849178);  // the best packing known
}

TEST(InteriorPoint, stays_at_an_optimum_that_it_starts_from) {
    const InteriorPoint solver(packing(10));
    RandomStream random = stream(2);
    const LocalResult first = solver.minimize(random_packing_start(10, random));
    LocalOptions careful;
    careful.initial_barrier = 1e-5;
    const LocalResult second = solver.minimize(first.x, careful);
    EXPECT_TRUE(second.converged);
    EXPECT_NEAR(first.objective, second.objective, 1e-13);
}

TEST(InteriorPoint, agrees_with_slsqp_where_both_start_near_an_optimum) {
    const QuadraticProgram program = packing(7);
    const InteriorPoint solver(program);
    RandomStream random = stream(3);
    for (int k = 0; k < 5; ++k) {
        const LocalResult ours = solver.minimize(random_packing_start(7, random));
        std::vector<double> nearby = ours.x;
        for (double& value : nearby) value += 1e-5 * random.normal();
        LocalOptions options;
        options.maximum_iterations = 500;
        const LocalResult reference = minimize_by_slsqp(program, nearby, options);
        EXPECT_NEAR(ours.objective, reference.objective, 1e-9);
        EXPECT_LE(reference.violation, 1e-9);
    }
}

TEST(InteriorPoint, gives_the_same_bits_for_the_same_start) {
    const InteriorPoint solver(packing(12));
    RandomStream random = stream(4);
    const std::vector<double> start = random_packing_start(12, random);
    EXPECT_EQ(solver.minimize(start).x, solver.minimize(start).x);
}

TEST(InteriorPoint, gives_up_early_on_a_basin_that_can_not_reach_the_wanted_value) {
    const InteriorPoint solver(packing(26));
    RandomStream random = stream(5);
    const std::vector<double> start = random_packing_start(26, random);
    const LocalResult full = solver.minimize(start);
    LocalOptions options;
    options.give_up_above = full.objective - 0.1;
    const LocalResult short_run = solver.minimize(start, options);
    EXPECT_FALSE(short_run.converged);
    EXPECT_LT(short_run.iterations, full.iterations);
    options.give_up_above = full.objective + 0.1;
    EXPECT_TRUE(solver.minimize(start, options).converged);
}

TEST(InteriorPoint, says_not_converged_when_iterations_run_out) {
    LocalOptions options;
    options.maximum_iterations = 2;
    const LocalResult result = minimize_quadratic_program(disc(), std::vector<double>{0, 0}, options);
    EXPECT_FALSE(result.converged);
    EXPECT_EQ(result.iterations, 2);
}

TEST(InteriorPoint, reports_an_unbounded_program_as_not_converged) {
    const QuadraticProgram falling{{-1}, {0}, {infinity}, {}};
    const LocalResult result = minimize_quadratic_program(falling, std::vector<double>{1});
    EXPECT_FALSE(result.converged);
}

TEST(InteriorPoint, reports_an_infeasible_program_as_not_converged) {
    // x >= 1 and x <= -1
    const QuadraticProgram empty{{1}, {-infinity}, {infinity}, {{-1, {{0, 1}}, {}}, {-1, {{0, -1}}, {}}}};
    const LocalResult result = minimize_quadratic_program(empty, std::vector<double>{0.3});
    EXPECT_FALSE(result.converged);
    EXPECT_GT(result.violation, 0.5);
}

TEST(InteriorPoint, refuses_malformed_input) {
    EXPECT_THROW(minimize_quadratic_program(disc(), std::vector<double>{0}), InputError);
    EXPECT_THROW(minimize_quadratic_program(disc(), std::vector<double>{0, NAN}), InputError);
    QuadraticProgram program = disc();
    program.lower.pop_back();
    EXPECT_THROW(InteriorPoint{program}, InputError);
    program = disc();
    program.constraints[0].linear.push_back({2, 1.0});
    EXPECT_THROW(InteriorPoint{program}, InputError);
}

}  // namespace
}  // namespace atl::optimize
