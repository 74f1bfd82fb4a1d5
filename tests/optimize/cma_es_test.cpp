// SPDX-License-Identifier: Apache-2.0
// CMA-ES: standard functions, bounds, resuming from its state, injected points, bad input.
#include "atoll/optimize/cma_es.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "atoll/core/error.hpp"
#include "optimize/functions.hpp"

namespace atl::optimize {
namespace {

RandomStream stream(std::uint64_t seed) { return {seed, 0, 0, 0, StreamPurpose::test}; }

SearchResult minimize(const Objective& objective, std::vector<double> start, const CmaEsOptions& options,
                      std::uint64_t seed = 1) {
    RandomStream random = stream(seed);
    return minimize_by_cma_es(objective, start, {}, {}, random, options);
}

TEST(CmaEs, finds_the_minimum_of_the_sphere_at_the_known_cost) {
    CmaEsOptions options;
    options.target = 1e-10;
    const SearchResult result = minimize(testing::sphere, std::vector<double>(10, 1.0), options);
    EXPECT_EQ(result.reason, StopReason::target_reached);
    EXPECT_LT(result.calls, 3000U);  // published runs take about 1500
}

TEST(CmaEs, learns_the_axes_of_an_ill_conditioned_ellipsoid) {
    CmaEsOptions options;
    options.target = 1e-10;
    options.maximum_calls = 20'000;
    const SearchResult result = minimize(testing::ellipsoid, std::vector<double>(10, 1.0), options);
    EXPECT_EQ(result.reason, StopReason::target_reached);
    EXPECT_LT(result.calls, 10'000U);  // published runs take about 5000
}

TEST(CmaEs, follows_the_valley_of_rosenbrock) {
    CmaEsOptions options;
    options.target = 1e-10;
    options.initial_step = 0.1;
    EXPECT_EQ(minimize(testing::rosenbrock, std::vector<double>(8, 0.0), options).reason, StopReason::target_reached);
}

TEST(CmaEs, reaches_a_minimum_on_the_bounds_and_never_leaves_them) {
    const std::vector<double> lower(5, 1.0), upper(5, 4.0), start(5, 3.0);
    bool inside = true;
    const auto watched = [&](std::span<const double> x) {
        for (const double value : x) inside = inside && value >= 1 && value <= 4;
        return testing::sphere(x);
    };
    RandomStream random = stream(3);
    CmaEsOptions options;
    options.maximum_calls = 20'000;
    options.target = 5 + 1e-6;
    const SearchResult result = minimize_by_cma_es(watched, start, lower, upper, random, options);
    EXPECT_TRUE(inside);
    EXPECT_EQ(result.reason, StopReason::target_reached);
}

TEST(CmaEs, goes_on_from_a_stored_state_as_if_never_stopped) {
    CmaEsState whole = start_cma_es(std::vector<double>(4, 2.0), {}, {});
    for (std::uint32_t step = 0; step < 30; ++step) {
        RandomStream random{1, 0, step, 0, StreamPurpose::test};
        const CmaEsState stored = whole;  // plain data: a copy is all that storing takes
        CmaEsState resumed = stored;
        for (CmaEsState* state : {&whole, &resumed}) {
            RandomStream same = random;
            const auto points = ask(*state, same);
            std::vector<double> values;
            for (const auto& point : points) values.push_back(testing::rosenbrock(point));
            tell(*state, points, values);
        }
        ASSERT_EQ(whole.mean, resumed.mean);
        ASSERT_EQ(whole.covariance, resumed.covariance);
        ASSERT_EQ(whole.step, resumed.step);
    }
}

TEST(CmaEs, is_drawn_to_an_injected_point_without_being_thrown_off) {
    CmaEsOptions options;
    options.initial_step = 0.01;
    CmaEsState state = start_cma_es(std::vector<double>(6, 3.0), {}, {}, options);
    RandomStream random = stream(5);
    auto points = ask(state, random);
    points.back().assign(6, 0.0);  // far outside the distribution, and the optimum
    std::vector<double> values;
    for (const auto& point : points) values.push_back(testing::sphere(point));
    const double before = testing::sphere(state.mean);
    tell(state, points, values);
    EXPECT_LT(testing::sphere(state.mean), before);
    EXPECT_GT(state.mean[0], 2.9);  // one injection moves the mean by a few steps at most
    EXPECT_LT(state.step, 0.03);
}

TEST(CmaEs, ranks_values_that_are_no_numbers_last) {
    CmaEsState state = start_cma_es(std::vector<double>(3, 1.0), {}, {});
    RandomStream random = stream(6);
    for (int generation = 0; generation < 150; ++generation) {
        const auto points = ask(state, random);
        std::vector<double> values;
        for (const auto& point : points) values.push_back(point[0] < 0 ? NAN : testing::sphere(point));
        tell(state, points, values);
    }
    EXPECT_LT(testing::sphere(state.mean), 1e-4);
}

TEST(CmaEs, makes_exactly_the_calls_it_reports_and_never_more_than_allowed) {
    std::uint64_t calls = 0;
    const auto counted = [&](std::span<const double> x) { return ++calls, testing::rastrigin(x); };
    CmaEsOptions options;
    options.maximum_calls = 101;
    const SearchResult result = minimize(counted, std::vector<double>(5, 2.0), options);
    EXPECT_EQ(calls, 101U);
    EXPECT_EQ(result.calls, 101U);
}

TEST(CmaEs, stops_when_its_steps_have_become_tiny) {
    CmaEsOptions options;
    options.step_tolerance = 1e-6;
    EXPECT_EQ(minimize(testing::sphere, std::vector<double>(3, 1.0), options).reason, StopReason::converged);
}

TEST(CmaEs, works_in_one_dimension) {
    CmaEsOptions options;
    options.target = 1e-12;
    EXPECT_EQ(minimize(testing::sphere, {5.0}, options).reason, StopReason::target_reached);
}

TEST(CmaEs, refuses_malformed_input) {
    const std::vector<double> mean{0, 0}, low{0, 0}, crossed{1, -1};
    EXPECT_THROW(start_cma_es({}, {}, {}), InputError);
    EXPECT_THROW(start_cma_es(mean, low, crossed), InputError);
    EXPECT_THROW(start_cma_es(mean, low, {}), InputError);
    CmaEsOptions options;
    options.initial_step = 0;
    EXPECT_THROW(start_cma_es(mean, {}, {}, options), InputError);
    CmaEsState state = start_cma_es(mean, {}, {});
    EXPECT_THROW(tell(state, {{0, 0}, {1, 1}}, std::vector<double>{1}), InputError);
    EXPECT_THROW(tell(state, {{0, 0}}, std::vector<double>{1}), InputError);
}

}  // namespace
}  // namespace atl::optimize
