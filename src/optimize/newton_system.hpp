// SPDX-License-Identifier: Apache-2.0
// One interior-point iterate and the Newton steps from it.
#pragma once

#include <span>
#include <vector>

#include "optimize/program_rows.hpp"

namespace atl::optimize {

/// A step in variables, slacks and multipliers, and how far it may go before a slack or multiplier loses its sign.
struct NewtonStep {
    std::vector<double> x, slack, multiplier;
    double primal_length = 1, dual_length = 1;
};

/// The barrier problem's iterate: c(x) - s = 0 and s_i l_i = mu, with s, l > 0 throughout.
class NewtonSystem {
public:
    NewtonSystem(const ProgramRows& rows, std::span<const double> start, double barrier);

    /// Linearises at the present iterate; call before anything below.
    void linearize();
    double gap() const { return gap_; }                      ///< sum of s_i l_i
    double primal_residual() const { return residual_; }     ///< largest |c_i(x) - s_i|
    double dual_residual() const { return dual_residual_; }  ///< largest component of objective - J^T l, in size
    double objective() const { return rows_.objective_at(x_); }
    double violation() const;  ///< largest -c_i(x), at least 0
    std::span<const double> x() const { return x_; }

    /// False when no regularisation makes the matrix positive definite (an overflow, in practice).
    bool factor();
    /// Solves for complementarity s l = target, with the second-order term of `predictor` taken off where given.
    void solve(double target, const NewtonStep* predictor, double keep, NewtonStep& step) const;
    /// The gap after the step is taken as far as its lengths allow.
    double gap_after(const NewtonStep& step) const;
    /// Moves, closes slacks that the true constraints have overtaken, and keeps multipliers near barrier / slack.
    void take(const NewtonStep& step, double barrier);

private:
    const ProgramRows& rows_;
    std::vector<double> x_, slack_, inverse_slack_, multiplier_, values_, jacobian_, matrix_;
    double gap_ = 0;
    double residual_ = 0;
    double dual_residual_ = 0;
    std::vector<double> lagrangian_gradient_;
};

}  // namespace atl::optimize
