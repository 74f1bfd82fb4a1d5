// SPDX-License-Identifier: Apache-2.0
// Random start, normal steps and differential steps.
#include "evolve/operators/mutation.hpp"

#include <algorithm>
#include <cmath>
#include <tuple>

namespace atl::evolve {
namespace {

constexpr double smallest_step = 1e-4;  // of a coordinate's range
constexpr double largest_step = 0.3;

/// Exponent uniform between the two: steps of all sizes are equally likely.
double log_uniform(RandomStream& random, double low, double high) {
    return low * std::pow(high / low, random.uniform());
}

}  // namespace

void reflect_into_bounds(const problems::VectorProblem& problem, std::span<double> x) {
    const auto lower = problem.lower_bounds();
    const auto upper = problem.upper_bounds();
    for (std::size_t i = 0; i < x.size(); ++i) {
        if (x[i] < lower[i]) x[i] = lower[i] + (lower[i] - x[i]);
        if (x[i] > upper[i]) x[i] = upper[i] - (x[i] - upper[i]);
        x[i] = std::clamp(x[i], lower[i], upper[i]);  // a step longer than the box ends at its far side
    }
}

Offspring random_vector(const OperatorInput& input) { return {input.problem.random_vector(input.random), 0}; }

Offspring gaussian(const OperatorInput& input) {
    const auto lower = input.problem.lower_bounds();
    const auto upper = input.problem.upper_bounds();
    const auto parent = input.parents[0];
    std::vector<double> x(parent.begin(), parent.end());
    const double step = log_uniform(input.random, smallest_step, largest_step);
    const auto shift = [&](std::size_t i) { x[i] += step * (upper[i] - lower[i]) * input.random.normal(); };

    const std::size_t group_size = std::max<std::size_t>(1, input.problem.symmetry().group_size);
    const std::size_t groups = x.size() / group_size;
    if (groups < 2 || input.random.uniform() < 0.5) {
        for (std::size_t i = 0; i < x.size(); ++i) shift(i);
    } else {
        // One to a quarter of the groups; a group drawn twice is shifted twice.
        const std::size_t shifted = 1 + input.random.below(std::max<std::size_t>(1, groups / 4));
        for (std::size_t draw = 0; draw < shifted; ++draw) {
            const std::size_t group = input.random.below(groups);
            for (std::size_t k = 0; k < group_size; ++k) shift(group * group_size + k);
        }
    }
    reflect_into_bounds(input.problem, x);
    return {std::move(x), 0};
}

std::vector<double> align_groups(std::span<const double> reference, std::span<const double> x, std::size_t group_size) {
    const std::size_t groups = x.size() / group_size;
    std::vector<std::tuple<double, std::uint32_t, std::uint32_t>> pairs;  // squared distance, place, source
    pairs.reserve(groups * groups);
    for (std::uint32_t place = 0; place < groups; ++place) {
        for (std::uint32_t source = 0; source < groups; ++source) {
            double squared = 0;
            for (std::size_t k = 0; k < group_size; ++k) {
                const double difference = reference[place * group_size + k] - x[source * group_size + k];
                squared += difference * difference;
            }
            pairs.emplace_back(squared, place, source);
        }
    }
    std::sort(pairs.begin(), pairs.end());
    std::vector<double> aligned(x.begin(), x.end());
    std::vector<bool> placed(groups);
    std::vector<bool> used(groups);
    for (const auto& [squared, place, source] : pairs) {
        if (placed[place] || used[source]) continue;
        placed[place] = used[source] = true;
        for (std::size_t k = 0; k < group_size; ++k) aligned[place * group_size + k] = x[source * group_size + k];
    }
    return aligned;
}

/// DE/rand/1/bin (Storn and Price 1997) with F and CR drawn anew each time, on parents a, b, c.
Offspring differential(const OperatorInput& input) {
    const auto symmetry = input.problem.symmetry();
    const auto a = input.parents[0];
    std::vector<double> b(input.parents[1].begin(), input.parents[1].end());
    std::vector<double> c(input.parents[2].begin(), input.parents[2].end());
    if (symmetry.groups_are_interchangeable && symmetry.group_size > 0) {
        b = align_groups(a, b, symmetry.group_size);
        c = align_groups(a, c, symmetry.group_size);
    }
    std::vector<double> x(a.begin(), a.end());
    const double weight = input.random.uniform(0.3, 0.9);
    const double rate = input.random.uniform(0.1, 1.0);
    const std::size_t always = input.random.below(x.size());
    for (std::size_t i = 0; i < x.size(); ++i) {
        if (i == always || input.random.uniform() < rate) x[i] += weight * (b[i] - c[i]);
    }
    reflect_into_bounds(input.problem, x);
    return {std::move(x), 0};
}

}  // namespace atl::evolve
