// SPDX-License-Identifier: Apache-2.0
// Standard test functions with minimum 0.
#pragma once

#include <cmath>
#include <cstddef>
#include <numbers>
#include <span>

namespace atl::optimize::testing {

inline double sphere(std::span<const double> x) {
    double sum = 0;
    for (const double value : x) sum += value * value;
    return sum;
}

/// At (1, ..., 1).
inline double rosenbrock(std::span<const double> x) {
    double sum = 0;
    for (std::size_t i = 0; i + 1 < x.size(); ++i) {
        const double valley = x[i + 1] - x[i] * x[i], along = 1 - x[i];
        sum += 100 * valley * valley + along * along;
    }
    return sum;
}

/// Curvatures from 1 to 1e6.
inline double ellipsoid(std::span<const double> x) {
    double sum = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
        sum += std::pow(1e6, static_cast<double>(i) / static_cast<double>(x.size() - 1)) * x[i] * x[i];
    }
    return sum;
}

inline double rastrigin(std::span<const double> x) {
    double sum = 0;
    for (const double value : x) sum += value * value + 10 * (1 - std::cos(2 * std::numbers::pi * value));
    return sum;
}

}  // namespace atl::optimize::testing
