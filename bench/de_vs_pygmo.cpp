// SPDX-License-Identifier: Apache-2.0
// Objective calls a second of our differential evolution on Rosenbrock-8, population 64, one thread: one JSON line.
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <vector>

#include "atoll/core/random.hpp"
#include "atoll/optimize/differential_evolution.hpp"

namespace {

double rosenbrock(std::span<const double> x) {
    double sum = 0;
    for (std::size_t i = 0; i + 1 < x.size(); ++i) {
        const double valley = x[i] * x[i] - x[i + 1], along = x[i] - 1;
        sum += 100 * valley * valley + along * along;
    }
    return sum;
}

}  // namespace

int main(int argc, char** argv) {
    const std::uint64_t generations = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 20'000;
    const std::vector<double> lower(8, -5.0), upper(8, 10.0);
    atl::optimize::DifferentialEvolutionOptions options;
    options.population = 64;
    options.weight = 0.8;
    options.crossover = 0.9;
    options.maximum_calls = 64 * (generations + 1);
    atl::RandomStream random(1, 0, 0, 0, atl::StreamPurpose::operate);
    const auto begin = std::chrono::steady_clock::now();
    const auto result = atl::optimize::minimize_by_differential_evolution(rosenbrock, lower, upper, random, options);
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    std::printf(
        "{\"who\": \"atoll\", \"calls\": %llu, \"seconds\": %.6f, \"calls_per_second\": %.0f, \"best\": %.3g}\n",
        static_cast<unsigned long long>(result.calls), seconds, static_cast<double>(result.calls) / seconds,
        result.value);
    return 0;
}
