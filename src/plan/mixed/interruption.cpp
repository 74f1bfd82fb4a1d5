// SPDX-License-Identifier: Apache-2.0
// Segments of work between checkpoints as a renewal process.
#include "atoll/plan/interruption.hpp"

#include <algorithm>
#include <cmath>

namespace atl::plan {
namespace {

constexpr double normal_p90 = 1.2815515655446004;

struct Moments {
    double mean = 0;
    double variance = 0;
};

/// Time until `length` goes by without an interruption, trying again at once.
Moments uninterrupted(double length, double mean_between) {
    const double x = length / mean_between;
    // e^(2x) - 2x e^x - 1 loses all digits for small x
    const double variance = x < 1e-3 ? x * x * x / 3 : std::expm1(2 * x) - 2 * x * std::exp(x);
    return {mean_between * std::expm1(x), mean_between * mean_between * variance};
}

/// The same with a restart, itself tried until it succeeds, after each interruption.
Moments segment(double length, double restart, double mean_between) {
    const double x = length / mean_between;
    const double failures = std::expm1(x);
    if (failures <= 0) return {length, 0};
    const double variance_of_failures = failures * (1 + failures);
    const double failed = -std::expm1(-x);
    // time of an interruption that comes before `length`
    const double mean_lost = mean_between - length / failures;
    const double square_lost = mean_between * mean_between * (2 - std::exp(-x) * (x * x + 2 * x + 2)) / failed;
    const double variance_lost = std::max(0.0, square_lost - mean_lost * mean_lost);
    const Moments again = uninterrupted(restart, mean_between);
    const double each = mean_lost + again.mean;
    return {length + failures * each, failures * (variance_lost + again.variance) + variance_of_failures * each * each};
}

double work_between_checkpoints(double checkpoint, double mean_between) {
    if (checkpoint >= 2 * mean_between) return mean_between;
    const double ratio = checkpoint / (2 * mean_between);
    return std::sqrt(2 * checkpoint * mean_between) * (1 + std::sqrt(ratio) / 3 + ratio / 9) - checkpoint;
}

}  // namespace

RunForecast forecast_run(double work_seconds, double gpus, const Interruptions& interruptions) {
    constexpr double seconds_an_hour = 3600;
    if (interruptions.gpu_hours_between <= 0 || work_seconds <= 0) {
        return {
            .interval_seconds = 0, .interruptions = 0, .expected_seconds = work_seconds, .p90_seconds = work_seconds};
    }
    const double mean_between = interruptions.gpu_hours_between * seconds_an_hour / gpus;
    // without a cost of checkpoints one a second is as good as none between
    const double checkpoint = std::max(interruptions.checkpoint_seconds, 1e-3);
    RunForecast forecast;
    forecast.interval_seconds = std::min(work_seconds, work_between_checkpoints(checkpoint, mean_between));
    const double length = forecast.interval_seconds + interruptions.checkpoint_seconds;
    const double segments = work_seconds / forecast.interval_seconds;
    const Moments one = segment(length, interruptions.restart_seconds, mean_between);
    forecast.expected_seconds = segments * one.mean;
    forecast.p90_seconds = forecast.expected_seconds + normal_p90 * std::sqrt(segments * one.variance);
    forecast.interruptions = forecast.expected_seconds / mean_between;
    return forecast;
}

}  // namespace atl::plan
