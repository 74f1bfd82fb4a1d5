// SPDX-License-Identifier: Apache-2.0
// Assembling and solving the condensed Newton system of a quadratic program's barrier problem.
#include "optimize/newton_system.hpp"

#include <algorithm>
#include <cmath>

#include "optimize/cholesky.hpp"

namespace atl::optimize {
namespace {

// Slacks start at least this share of sqrt(barrier) away from zero, also where the start is infeasible.
constexpr double slack_floor_share = 0.1;
// Added to the matrix's diagonal: a proximal term for directions nothing depends on (a figure free to turn), and a
// share of the diagonal itself that stays above the rounding of the elimination.
constexpr double proximal_term = 1e-6;
constexpr double proximal_share = 1e-12;
// Multipliers may stray from barrier / slack by this factor either way.
constexpr double multiplier_corridor = 1e4;

}  // namespace

NewtonSystem::NewtonSystem(const ProgramRows& rows, std::span<const double> start, double barrier)
    : rows_(rows),
      x_(start.begin(), start.end()),
      slack_(rows.rows.size()),
      inverse_slack_(rows.rows.size()),
      multiplier_(rows.rows.size()),
      values_(rows.rows.size()),
      jacobian_(rows.variables.size()),
      matrix_(rows.dimension * rows.dimension) {
    rows_.evaluate(x_, values_);
    const double floor = slack_floor_share * std::sqrt(barrier);
    for (std::size_t r = 0; r < values_.size(); ++r) {
        slack_[r] = std::max(values_[r], floor);
        multiplier_[r] = barrier / slack_[r];
    }
}

void NewtonSystem::linearize() {
    rows_.differentiate(x_, jacobian_);
    gap_ = 0;
    residual_ = 0;
    lagrangian_gradient_ = rows_.objective;
    for (std::size_t r = 0; r < slack_.size(); ++r) {
        inverse_slack_[r] = 1 / slack_[r];
        gap_ += slack_[r] * multiplier_[r];
        residual_ = std::max(residual_, std::abs(values_[r] - slack_[r]));
        const ProgramRow& row = rows_.rows[r];
        for (std::uint32_t a = row.variables_begin; a < row.variables_end; ++a) {
            lagrangian_gradient_[rows_.variables[a]] -= jacobian_[a] * multiplier_[r];
        }
    }
    dual_residual_ = 0;
    for (const double component : lagrangian_gradient_) dual_residual_ = std::max(dual_residual_, std::abs(component));
}

double NewtonSystem::violation() const {
    double largest = 0;
    for (const double value : values_) largest = std::max(largest, -value);
    return largest;
}

bool NewtonSystem::factor() {
    const std::size_t n = rows_.dimension;
    double shift = 1;
    for (int attempt = 0; attempt < 12; ++attempt) {
        std::fill(matrix_.begin(), matrix_.end(), 0.0);
        for (std::size_t r = 0; r < rows_.rows.size(); ++r) {
            const ProgramRow& row = rows_.rows[r];
            const std::uint32_t* variable = rows_.variables.data() + row.variables_begin;
            const double* partial = jacobian_.data() + row.variables_begin;
            const std::size_t k = row.variables_end - row.variables_begin;
            const double weight = multiplier_[r] * inverse_slack_[r];
            const double multiplier = multiplier_[r];
            const double* convex = row.terms_begin == row.terms_end ? nullptr : rows_.convex.data() + row.convex_begin;
            for (std::size_t a = 0; a < k; ++a) {
                double* target = matrix_.data() + variable[a] * n;
                const double scaled = weight * partial[a];
                for (std::size_t b = a; b < k; ++b) {
                    target[variable[b]] += scaled * partial[b] + (convex ? multiplier * convex[a * k + b] : 0.0);
                }
            }
        }
        for (std::size_t j = 0; j < n; ++j) {
            double& diagonal = matrix_[j * n + j];
            diagonal += shift * (proximal_term + proximal_share * diagonal);
        }
        if (factor_cholesky(matrix_, n)) return true;
        shift *= 100;
    }
    return false;
}

// With D = l / s and p = c(x) - s the step solves (H + J^T D J) dx = -g + J^T ((target - correction) / s - D p).
void NewtonSystem::solve(double target, const NewtonStep* predictor, double keep, NewtonStep& step) const {
    const std::size_t count = slack_.size();
    step.x.resize(rows_.dimension);
    step.slack.resize(count);
    step.multiplier.resize(count);
    for (std::size_t j = 0; j < rows_.dimension; ++j) step.x[j] = -rows_.objective[j];
    for (std::size_t r = 0; r < count; ++r) {
        const ProgramRow& row = rows_.rows[r];
        const double wanted = predictor ? target - predictor->slack[r] * predictor->multiplier[r] : target;
        const double pull = (wanted - multiplier_[r] * (values_[r] - slack_[r])) * inverse_slack_[r];
        for (std::uint32_t a = row.variables_begin; a < row.variables_end; ++a) {
            step.x[rows_.variables[a]] += jacobian_[a] * pull;
        }
        step.multiplier[r] = wanted;
    }
    solve_cholesky(matrix_, rows_.dimension, step.x);
    step.primal_length = step.dual_length = 1;
    for (std::size_t r = 0; r < count; ++r) {
        const ProgramRow& row = rows_.rows[r];
        double change = values_[r] - slack_[r];
        for (std::uint32_t a = row.variables_begin; a < row.variables_end; ++a) {
            change += jacobian_[a] * step.x[rows_.variables[a]];
        }
        step.slack[r] = change;
        step.multiplier[r] = (step.multiplier[r] - multiplier_[r] * change) * inverse_slack_[r] - multiplier_[r];
        // divisions only where a length gets shorter
        if (keep * slack_[r] + step.primal_length * change < 0) step.primal_length = -keep * slack_[r] / change;
        if (keep * multiplier_[r] + step.dual_length * step.multiplier[r] < 0) {
            step.dual_length = -keep * multiplier_[r] / step.multiplier[r];
        }
    }
}

double NewtonSystem::gap_after(const NewtonStep& step) const {
    double gap = 0;
    for (std::size_t r = 0; r < slack_.size(); ++r) {
        gap +=
            (slack_[r] + step.primal_length * step.slack[r]) * (multiplier_[r] + step.dual_length * step.multiplier[r]);
    }
    return gap;
}

void NewtonSystem::take(const NewtonStep& step, double barrier) {
    for (std::size_t j = 0; j < x_.size(); ++j) x_[j] += step.primal_length * step.x[j];
    rows_.evaluate(x_, values_);
    const double former = gap_ / static_cast<double>(slack_.size());
    const double highest = multiplier_corridor * std::max(barrier, 1e-3 * former);
    for (std::size_t r = 0; r < slack_.size(); ++r) {
        slack_[r] += step.primal_length * step.slack[r];
        // A constraint that curves upwards ends above its linearisation: its slack may as well be the truth.
        slack_[r] = std::max(slack_[r], values_[r]);
        multiplier_[r] += step.dual_length * step.multiplier[r];
        multiplier_[r] = std::clamp(multiplier_[r], barrier / (multiplier_corridor * slack_[r]), highest / slack_[r]);
    }
}

}  // namespace atl::optimize
