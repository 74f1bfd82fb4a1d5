// SPDX-License-Identifier: Apache-2.0
// Small programs with known optima, shared by the local optimisers' tests.
#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "atoll/core/quadratic_program.hpp"

namespace atl::optimize::testing {

inline constexpr double infinity = std::numeric_limits<double>::infinity();

/// Minimise -x - y on the unit disc: the optimum is -sqrt(2).
inline QuadraticProgram disc() {
    return {{-1, -1}, {-infinity, -infinity}, {infinity, infinity}, {{1, {}, {{0, 0, -1}, {1, 1, -1}}}}};
}

/// Minimise x outside the unit disc inside [-3, 3]^2, above the line y = 0.5 (x + 2): not convex.
inline QuadraticProgram outside_disc() {
    return {{1, 0.1}, {-3, -3}, {3, 3}, {{-1, {}, {{0, 0, 1}, {1, 1, 1}}}, {-1, {{1, 1}, {0, -0.5}}, {}}}};
}

/// n circles in the unit square with the largest sum of radii; variables are rows x, y, r.
inline QuadraticProgram packing(std::uint32_t count) {
    QuadraticProgram program;
    program.objective.assign(3 * count, 0.0);
    program.lower.assign(3 * count, -infinity);
    program.upper.assign(3 * count, infinity);
    for (std::uint32_t i = 0; i < count; ++i) {
        program.objective[3 * i + 2] = -1;
        program.lower[3 * i + 2] = 0;
        for (std::uint32_t axis = 0; axis < 2; ++axis) {
            program.constraints.push_back({0, {{3 * i + axis, 1}, {3 * i + 2, -1}}, {}});
            program.constraints.push_back({1, {{3 * i + axis, -1}, {3 * i + 2, -1}}, {}});
        }
        for (std::uint32_t j = 0; j < i; ++j) {
            QuadraticConstraint apart;
            for (std::uint32_t column = 0; column < 3; ++column) {
                const std::uint32_t a = 3 * i + column, b = 3 * j + column;
                const double sign = column < 2 ? 1 : -1;
                apart.quadratic.push_back({a, a, sign});
                apart.quadratic.push_back({b, b, sign});
                apart.quadratic.push_back({a, b, -2});
            }
            program.constraints.push_back(apart);
        }
    }
    return program;
}

}  // namespace atl::optimize::testing
