// SPDX-License-Identifier: Apache-2.0
// Flattening, values and derivatives of a quadratic program's rows.
#include "optimize/program_rows.hpp"

#include <algorithm>
#include <cmath>

#include "atoll/core/error.hpp"
#include "optimize/symmetric_eigen.hpp"

namespace atl::optimize {

ProgramRows::ProgramRows(const QuadraticProgram& program)
    : dimension(program.dimension()), objective(program.objective) {
    if (program.lower.size() != dimension || program.upper.size() != dimension) {
        throw InputError(
            "quadratic program: objective, lower and upper differ in length; give each one entry a variable");
    }
    for (const QuadraticConstraint& constraint : program.constraints) {
        add(constraint.constant, constraint.linear, constraint.quadratic);
    }
    for (std::uint32_t i = 0; i < dimension; ++i) {
        if (std::isfinite(program.lower[i])) add(-program.lower[i], {{i, 1.0}}, {});
        if (std::isfinite(program.upper[i])) add(program.upper[i], {{i, -1.0}}, {});
    }
}

void ProgramRows::add(double constant, const std::vector<LinearTerm>& linear_terms,
                      const std::vector<QuadraticTerm>& quadratic_terms) {
    std::vector<std::uint32_t> used;
    used.reserve(linear_terms.size() + 2 * quadratic_terms.size());
    for (const LinearTerm& term : linear_terms) used.push_back(term.variable);
    for (const QuadraticTerm& term : quadratic_terms) used.insert(used.end(), {term.first, term.second});
    std::sort(used.begin(), used.end());
    used.erase(std::unique(used.begin(), used.end()), used.end());
    if (!used.empty() && used.back() >= dimension) {
        throw InputError("quadratic program: a constraint names variable " + std::to_string(used.back()) + " of " +
                         std::to_string(dimension));
    }
    ProgramRow row;
    row.constant = constant;
    row.variables_begin = static_cast<std::uint32_t>(variables.size());
    const auto position = [&](std::uint32_t variable) {
        const auto found = std::lower_bound(used.begin(), used.end(), variable);
        return row.variables_begin + static_cast<std::uint32_t>(found - used.begin());
    };
    variables.insert(variables.end(), used.begin(), used.end());
    row.variables_end = static_cast<std::uint32_t>(variables.size());
    linear.resize(variables.size(), 0.0);
    for (const LinearTerm& term : linear_terms) linear[position(term.variable)] += term.coefficient;
    row.terms_begin = static_cast<std::uint32_t>(terms.size());
    for (const QuadraticTerm& term : quadratic_terms) {
        terms.push_back({term.first, term.second, position(term.first), position(term.second), term.coefficient});
    }
    row.terms_end = static_cast<std::uint32_t>(terms.size());
    row.convex_begin = static_cast<std::uint32_t>(convex.size());
    if (row.terms_begin != row.terms_end) add_convex_part(row);
    rows.push_back(row);
}

void ProgramRows::add_convex_part(const ProgramRow& row) {
    const std::size_t k = row.variables_end - row.variables_begin;
    std::vector<double> minus_hessian(k * k, 0.0);
    for (std::uint32_t t = row.terms_begin; t < row.terms_end; ++t) {
        const std::size_t a = terms[t].first_position - row.variables_begin;
        const std::size_t b = terms[t].second_position - row.variables_begin;
        minus_hessian[a * k + b] -= terms[t].coefficient;
        minus_hessian[b * k + a] -= terms[t].coefficient;
    }
    const SymmetricEigen eigen = decompose_symmetric(minus_hessian, k);
    const double largest = std::abs(*std::max_element(eigen.values.begin(), eigen.values.end(),
                                                      [](double x, double y) { return std::abs(x) < std::abs(y); }));
    for (std::size_t a = 0; a < k; ++a) {
        for (std::size_t b = 0; b < k; ++b) {
            double sum = 0;
            for (std::size_t e = 0; e < k; ++e) {
                if (eigen.values[e] > 1e-14 * largest) {
                    sum += eigen.values[e] * eigen.vectors[a * k + e] * eigen.vectors[b * k + e];
                }
            }
            convex.push_back(sum);
        }
    }
}

void ProgramRows::evaluate(std::span<const double> x, std::span<double> values) const {
    for (std::size_t r = 0; r < rows.size(); ++r) {
        const ProgramRow& row = rows[r];
        double value = row.constant;
        for (std::uint32_t a = row.variables_begin; a < row.variables_end; ++a) value += linear[a] * x[variables[a]];
        for (std::uint32_t t = row.terms_begin; t < row.terms_end; ++t) {
            value += terms[t].coefficient * x[terms[t].first] * x[terms[t].second];
        }
        values[r] = value;
    }
}

void ProgramRows::differentiate(std::span<const double> x, std::span<double> jacobian) const {
    std::copy(linear.begin(), linear.end(), jacobian.begin());
    for (const ProgramTerm& term : terms) {
        jacobian[term.first_position] += term.coefficient * x[term.second];
        jacobian[term.second_position] += term.coefficient * x[term.first];
    }
}

double ProgramRows::objective_at(std::span<const double> x) const {
    double value = 0;
    for (std::size_t j = 0; j < dimension; ++j) value += objective[j] * x[j];
    return value;
}

void check_start(const ProgramRows& rows, std::span<const double> start) {
    if (start.size() != rows.dimension) {
        throw InputError("local optimisation: the start has " + std::to_string(start.size()) +
                         " coordinates, the program " + std::to_string(rows.dimension));
    }
    if (!std::all_of(start.begin(), start.end(), [](double value) { return std::isfinite(value); })) {
        throw InputError("local optimisation: the start has a coordinate that is not finite");
    }
}

}  // namespace atl::optimize
