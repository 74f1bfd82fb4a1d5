// SPDX-License-Identifier: Apache-2.0
// Differential evolution: minima of standard functions, exact counts of calls, stop rules, bad input.
#include "atoll/optimize/differential_evolution.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "atoll/core/error.hpp"
#include "optimize/functions.hpp"

namespace atl::optimize {
namespace {

using Options = DifferentialEvolutionOptions;

RandomStream stream(std::uint64_t seed) { return {seed, 0, 0, 0, StreamPurpose::test}; }

SearchResult minimize(const Objective& objective, std::size_t dimension, const Options& options,
                      std::uint64_t seed = 1) {
    const std::vector<double> lower(dimension, -5.0), upper(dimension, 5.0);
    RandomStream random = stream(seed);
    return minimize_by_differential_evolution(objective, lower, upper, random, options);
}

class EveryStrategy : public ::testing::TestWithParam<DifferentialStrategy> {};

TEST_P(EveryStrategy, finds_the_minimum_of_the_sphere) {
    Options options;
    options.strategy = GetParam();
    options.target = 1e-12;
    const SearchResult result = minimize(testing::sphere, 8, options);
    EXPECT_EQ(result.reason, StopReason::target_reached);
    EXPECT_LE(result.value, 1e-12);
    EXPECT_EQ(result.value, testing::sphere(result.x));
}

INSTANTIATE_TEST_SUITE_P(Strategies, EveryStrategy,
                         ::testing::Values(DifferentialStrategy::rand_1_bin,
                                           DifferentialStrategy::current_to_best_1_bin,
                                           DifferentialStrategy::self_adaptive));

TEST(DifferentialEvolution, follows_the_valley_of_rosenbrock) {
    Options options;
    options.strategy = DifferentialStrategy::self_adaptive;
    options.maximum_calls = 300'000;
    options.target = 1e-8;
    EXPECT_EQ(minimize(testing::rosenbrock, 8, options).reason, StopReason::target_reached);
}

TEST(DifferentialEvolution, escapes_the_local_minima_of_rastrigin) {
    Options options;
    options.strategy = DifferentialStrategy::self_adaptive;
    options.target = 1e-8;
    EXPECT_EQ(minimize(testing::rastrigin, 6, options).reason, StopReason::target_reached);
}

TEST(DifferentialEvolution, makes_exactly_the_calls_it_reports_and_never_more_than_allowed) {
    Options options;
    options.population = 16;
    options.maximum_calls = 203;  // ends inside a generation
    std::uint64_t calls = 0;
    const auto counted = [&](std::span<const double> x) { return ++calls, testing::sphere(x); };
    const SearchResult result = minimize(counted, 3, options);
    EXPECT_EQ(calls, 203U);
    EXPECT_EQ(result.calls, 203U);
    EXPECT_EQ(result.reason, StopReason::calls_spent);
}

TEST(DifferentialEvolution, never_leaves_the_box) {
    Options options;
    options.weight = 1.9;
    options.maximum_calls = 5000;
    bool inside = true;
    const auto watched = [&](std::span<const double> x) {
        for (const double value : x) inside = inside && value >= -5 && value <= 5;
        return -testing::sphere(x);
    };
    const SearchResult result = minimize(watched, 4, options);
    EXPECT_TRUE(inside);
    EXPECT_LT(result.value, -80);  // close to a corner, where it is -100
}

TEST(DifferentialEvolution, gives_the_same_result_for_the_same_stream_and_another_for_another) {
    Options options;
    options.maximum_calls = 2000;
    EXPECT_EQ(minimize(testing::sphere, 5, options, 7).x, minimize(testing::sphere, 5, options, 7).x);
    EXPECT_NE(minimize(testing::sphere, 5, options, 7).x, minimize(testing::sphere, 5, options, 8).x);
}

TEST(DifferentialEvolution, keeps_a_start_that_is_the_optimum) {
    Options options;
    options.maximum_calls = 200;
    const std::vector<double> lower(3, -5.0), upper(3, 5.0);
    RandomStream random = stream(1);
    const SearchResult result =
        minimize_by_differential_evolution(testing::sphere, lower, upper, random, options, {{0, 0, 0}});
    EXPECT_EQ(result.value, 0);
}

TEST(DifferentialEvolution, stops_when_the_population_has_collapsed) {
    Options options;
    options.value_spread = 1e-6;
    EXPECT_EQ(minimize(testing::sphere, 3, options).reason, StopReason::converged);
}

TEST(DifferentialEvolution, counts_a_value_that_is_no_number_as_worst) {
    Options options;
    options.target = 1e-6;
    const auto patchy = [](std::span<const double> x) { return x[0] < 0 ? NAN : testing::sphere(x); };
    const SearchResult result = minimize(patchy, 3, options);
    EXPECT_EQ(result.reason, StopReason::target_reached);
}

TEST(DifferentialEvolution, refuses_malformed_input) {
    const std::vector<double> low{0, 0}, high{1, 1}, crossed{1, -1}, infinite{1, INFINITY};
    RandomStream random = stream(1);
    const auto run = [&](const std::vector<double>& lower, const std::vector<double>& upper, const Options& options,
                         const std::vector<std::vector<double>>& starts) {
        return minimize_by_differential_evolution(testing::sphere, lower, upper, random, options, starts);
    };
    Options small;
    small.population = 3;
    EXPECT_THROW(run(low, crossed, {}, {}), InputError);
    EXPECT_THROW(run(low, infinite, {}, {}), InputError);
    EXPECT_THROW(run(low, {1}, {}, {}), InputError);
    EXPECT_THROW(run({}, {}, {}, {}), InputError);
    EXPECT_THROW(run(low, high, small, {}), InputError);
    EXPECT_THROW(run(low, high, {}, {{0.5}}), InputError);
}

}  // namespace
}  // namespace atl::optimize
