// SPDX-License-Identifier: Apache-2.0
// A problem stated as data for local optimisation: linear objective, sparse quadratic constraints, bounds.
#pragma once

#include <cstdint>
#include <vector>

namespace atl {

struct LinearTerm {
    std::uint32_t variable = 0;
    double coefficient = 0;
};

/// coefficient * x[first] * x[second].
struct QuadraticTerm {
    std::uint32_t first = 0;
    std::uint32_t second = 0;
    double coefficient = 0;
};

/// constant + sum(linear) + sum(quadratic) >= 0.
struct QuadraticConstraint {
    double constant = 0;
    std::vector<LinearTerm> linear;
    std::vector<QuadraticTerm> quadratic;
};

/// Minimise objective . x subject to the constraints and lower <= x <= upper (infinite where unbounded).
/// Circle packings, point spreads and kissing configurations all take this form; it is not convex in general.
struct QuadraticProgram {
    std::vector<double> objective;
    std::vector<double> lower;
    std::vector<double> upper;
    std::vector<QuadraticConstraint> constraints;

    std::size_t dimension() const { return objective.size(); }
};

}  // namespace atl
