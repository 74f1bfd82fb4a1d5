// SPDX-License-Identifier: Apache-2.0
// Interrupted runs: the forecast is that of a simulation, its interval the best one, and no interruptions cost nothing.
#include "atoll/plan/interruption.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

namespace atl::plan {
namespace {

constexpr double seconds_an_hour = 3600;

/// Wall seconds of one run, interrupted at random.
double simulate(double work, double interval, double mean_between, const Interruptions& interruptions,
                std::mt19937_64& random) {
    std::exponential_distribution<double> until(1 / mean_between);
    double wall = 0;
    const auto try_until_done = [&](double length, const auto& after_interruption) {
        while (true) {
            const double next = until(random);
            if (next >= length) break;
            wall += next;
            after_interruption();
        }
        wall += length;
    };
    const int segments = static_cast<int>(std::ceil(work / interval - 1e-9));
    for (int i = 0; i < segments; ++i) {
        const double length = std::min(interval, work - i * interval) + interruptions.checkpoint_seconds;
        try_until_done(length, [&] { try_until_done(interruptions.restart_seconds, [] {}); });
    }
    return wall;
}

TEST(Interruption, ForecastIsThatOfASimulation) {
    const Interruptions interruptions{.gpu_hours_between = 2000, .checkpoint_seconds = 120, .restart_seconds = 900};
    const double gpus = 512;
    const double work = 300 * seconds_an_hour;
    const RunForecast forecast = forecast_run(work, gpus, interruptions);
    std::mt19937_64 random(7);
    std::vector<double> walls;
    double sum = 0;
    for (int i = 0; i < 2000; ++i) {
        walls.push_back(
            simulate(work, forecast.interval_seconds, 2000 * seconds_an_hour / gpus, interruptions, random));
        sum += walls.back();
    }
    std::sort(walls.begin(), walls.end());
    EXPECT_NEAR(forecast.expected_seconds / (sum / 2000), 1, 0.005);
    EXPECT_NEAR(forecast.p90_seconds / walls[1800], 1, 0.01);
    EXPECT_GT(forecast.p90_seconds, forecast.expected_seconds);
}

TEST(Interruption, ExpectedTimeIsDalysAndItsIntervalNearTheBest) {
    const Interruptions interruptions{.gpu_hours_between = 1000, .checkpoint_seconds = 60, .restart_seconds = 300};
    const double mean_between = 1000 * seconds_an_hour / 64;
    const double work = 1000 * seconds_an_hour;
    const auto daly = [&](double interval) {
        return mean_between * std::exp(300 / mean_between) * std::expm1((interval + 60) / mean_between) * work /
               interval;
    };
    const RunForecast forecast = forecast_run(work, 64, interruptions);
    EXPECT_NEAR(forecast.expected_seconds / daly(forecast.interval_seconds), 1, 1e-9);
    for (const double factor : {0.8, 0.9, 1.1, 1.25}) {
        EXPECT_LT(forecast.expected_seconds, daly(factor * forecast.interval_seconds));
    }
}

TEST(Interruption, NoneCostsNothingAndMoreCostMore) {
    EXPECT_EQ(forecast_run(1000, 8, {}).expected_seconds, 1000);
    EXPECT_EQ(forecast_run(1000, 8, {}).p90_seconds, 1000);
    double before = 1e6;
    for (const double hours : {1e6, 1e4, 1e3, 100.0, 10.0}) {
        const RunForecast forecast =
            forecast_run(1e6, 8, {.gpu_hours_between = hours, .checkpoint_seconds = 60, .restart_seconds = 300});
        EXPECT_GT(forecast.expected_seconds, before) << hours;
        EXPECT_GE(forecast.p90_seconds, forecast.expected_seconds);
        EXPECT_GT(forecast.interval_seconds, 0);
        before = forecast.expected_seconds;
    }
}

}  // namespace
}  // namespace atl::plan
