// SPDX-License-Identifier: Apache-2.0
// A quadratic program flattened for speed: constraints and bounds alike are sparse rows c(x) >= 0.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "atoll/core/quadratic_program.hpp"

namespace atl::optimize {

/// One row touches the variables [variables_begin, variables_end) of ProgramRows::variables, in rising order.
struct ProgramRow {
    double constant = 0;
    std::uint32_t variables_begin = 0, variables_end = 0;
    std::uint32_t terms_begin = 0, terms_end = 0;
    std::uint32_t convex_begin = 0;  ///< into ProgramRows::convex, meaningful when there are terms
};

/// coefficient * x[first] * x[second], both indices global; the positions are those of their partials in the Jacobian.
struct ProgramTerm {
    std::uint32_t first = 0, second = 0;
    std::uint32_t first_position = 0, second_position = 0;
    double coefficient = 0;
};

/// Immutable once built.
struct ProgramRows {
    explicit ProgramRows(const QuadraticProgram& program);

    std::size_t dimension = 0;
    std::vector<double> objective;
    std::vector<ProgramRow> rows;
    std::vector<std::uint32_t> variables;
    std::vector<double> linear;  ///< one coefficient per entry of `variables`
    std::vector<ProgramTerm> terms;
    /// Per row with terms, k x k row-major: the positive semidefinite part of minus the row's Hessian. Adding
    /// multiplier times this keeps the condensed Newton matrix positive definite whatever the multipliers are.
    std::vector<double> convex;

    /// values[r] = c_r(x).
    void evaluate(std::span<const double> x, std::span<double> values) const;
    /// jacobian runs parallel to `variables`: the partials of each row.
    void differentiate(std::span<const double> x, std::span<double> jacobian) const;
    double objective_at(std::span<const double> x) const;

private:
    void add(double constant, const std::vector<LinearTerm>& linear_terms,
             const std::vector<QuadraticTerm>& quadratic_terms);
    void add_convex_part(const ProgramRow& row);
};

/// Throws InputError when the start has the wrong length or a coordinate that is not finite.
void check_start(const ProgramRows& rows, std::span<const double> start);

}  // namespace atl::optimize
