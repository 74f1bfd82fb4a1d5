// SPDX-License-Identifier: Apache-2.0
// Local optimisation of small quadratic programs to full double precision, in about a millisecond.
#pragma once

#include <limits>
#include <memory>
#include <span>
#include <vector>

#include "atoll/core/quadratic_program.hpp"

namespace atl::optimize {

struct ProgramRows;

struct LocalOptions {
    int maximum_iterations = 100;  ///< Newton steps; a typical solve takes 15 to 25
    double tolerance = 1e-13;      ///< on the duality gap relative to 1 + |objective|, and on violations
    double initial_barrier = 0;    ///< in units of the objective; 0: 0.01 * (1 + |objective at the start|)
    /// Give up (converged = false) once the optimum ahead is estimated, from the duality gap, to lie above this.
    double give_up_above = std::numeric_limits<double>::infinity();
};

struct LocalResult {
    std::vector<double> x;
    double objective = 0;    ///< objective . x
    double violation = 0;    ///< the largest violation of any constraint or bound at x, 0 when there is none
    int iterations = 0;      ///< Newton steps: what a local solve costs
    bool converged = false;  ///< a local optimum to `tolerance`; x is usable when false, but not optimal
};

/// A program prepared for many local solves: a primal-dual interior-point method on dense condensed Newton systems
/// (Nocedal and Wright, Numerical Optimization, chapter 19, with Mehrotra's predictor and corrector). Made for programs
/// that are not convex, with up to a few hundred variables; one iteration costs n^3 / 6 multiply-adds.
/// Immutable after construction: one object may serve several threads.
class InteriorPoint {
public:
    /// Throws InputError when the program's parts do not fit together.
    explicit InteriorPoint(const QuadraticProgram& program);
    ~InteriorPoint();
    InteriorPoint(InteriorPoint&&) noexcept;
    InteriorPoint& operator=(InteriorPoint&&) noexcept;

    /// From any finite start, feasible or not; throws InputError when its length is wrong or it is not finite.
    LocalResult minimize(std::span<const double> start, const LocalOptions& options = {}) const;

private:
    std::unique_ptr<const ProgramRows> rows_;
};

/// One solve of a program that is not kept.
LocalResult minimize_quadratic_program(const QuadraticProgram& program, std::span<const double> start,
                                       const LocalOptions& options = {});

}  // namespace atl::optimize
