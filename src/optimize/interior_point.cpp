// SPDX-License-Identifier: Apache-2.0
// The interior-point loop: predictor, centring, corrector, step, until gap and residual are at rounding level.
#include "atoll/optimize/interior_point.hpp"

#include <algorithm>
#include <cmath>

#include "optimize/newton_system.hpp"

namespace atl::optimize {
namespace {

// The barrier of the last step: slacks of binding constraints are then about 1e-16.
constexpr double last_barrier = 1e-17;
// Until then the barrier stops at this share of what the tolerance asks for: slacks below the rounding of the
// constraints make nonsense of the multipliers.
constexpr double barrier_share = 0.2;
// Residuals may be this much above the tolerance on arrival: the step after it squares them, but for optima where
// constraints touch without pressing, which come to rest slowly.
constexpr double primal_share = 100;
// Relative to the largest cost; an error of this size in the multipliers costs its square in the objective.
constexpr double residual_share = 1e-4;
constexpr double dual_tolerance = 1e-7;

// Share of the present complementarity to aim for: Mehrotra's rule, kept from going to zero when the way is blocked.
double centring(const NewtonSystem& system, const NewtonStep& predictor) {
    const double ratio = system.gap_after(predictor) / system.gap();
    const double share = std::clamp(ratio * ratio * ratio, 1e-6, 1.0);
    return std::min(predictor.primal_length, predictor.dual_length) < 0.1 ? std::max(share, 0.3) : share;
}

// One predictor-corrector step; false when the linear system can not be factored.
bool advance(NewtonSystem& system, NewtonStep& predictor, NewtonStep& step, double mean, double largest_cost,
             double smallest_barrier) {
    if (!system.factor()) return false;
    system.solve(0, nullptr, 1.0, predictor);
    // The barrier must not vanish long before the residuals do: binding constraints would then freeze the iterate.
    // The square keeps pace with Newton's quadratic convergence.
    const double residual =
        std::max(std::min(1.0, system.primal_residual()), std::min(1.0, system.dual_residual() / largest_cost));
    const double floor = std::max(smallest_barrier, std::min(mean, residual_share * residual * residual));
    const double barrier = std::max(centring(system, predictor) * mean, floor);
    const bool correct = std::min(predictor.primal_length, predictor.dual_length) > 0.1;
    system.solve(barrier, correct ? &predictor : nullptr, std::max(0.995, 1 - mean), step);
    system.take(step, barrier);
    return true;
}

}  // namespace

InteriorPoint::InteriorPoint(const QuadraticProgram& program) : rows_(std::make_unique<ProgramRows>(program)) {}
InteriorPoint::~InteriorPoint() = default;
InteriorPoint::InteriorPoint(InteriorPoint&&) noexcept = default;
InteriorPoint& InteriorPoint::operator=(InteriorPoint&&) noexcept = default;

LocalResult InteriorPoint::minimize(std::span<const double> start, const LocalOptions& options) const {
    check_start(*rows_, start);
    const double barrier =
        options.initial_barrier > 0 ? options.initial_barrier : 0.01 * (1 + std::abs(rows_->objective_at(start)));
    NewtonSystem system(*rows_, start, barrier);
    NewtonStep predictor, step;
    const double count = static_cast<double>(rows_->rows.size());
    double largest_cost = std::numeric_limits<double>::min();
    for (const double cost : rows_->objective) largest_cost = std::max(largest_cost, std::abs(cost));
    LocalResult result;
    result.x.assign(start.begin(), start.end());
    const auto keep_iterate = [&] {
        result.x.assign(system.x().begin(), system.x().end());
        result.violation = system.violation();
        result.objective = system.objective();
    };
    keep_iterate();
    for (; result.iterations < options.maximum_iterations; ++result.iterations) {
        system.linearize();
        const double objective = system.objective();
        if (!std::isfinite(objective) || !std::isfinite(system.gap())) return result;
        const bool arrived = system.gap() < options.tolerance * (1 + std::abs(objective)) &&
                             system.primal_residual() < primal_share * options.tolerance &&
                             system.dual_residual() < dual_tolerance * largest_cost;
        // After arriving, one more Newton step squares what little is left; it is kept when it did not hurt.
        if (result.converged && system.violation() > result.violation) return result;
        keep_iterate();
        if (result.converged) return result;
        result.converged = arrived;
        const bool estimable = system.gap() < 0.01 * (1 + std::abs(objective)) && system.primal_residual() < 1e-3 &&
                               system.dual_residual() < 0.1 * largest_cost;
        if (estimable && objective - 2 * system.gap() > options.give_up_above) return result;
        const double smallest =
            arrived ? last_barrier : barrier_share * options.tolerance * (1 + std::abs(objective)) / count;
        if (!advance(system, predictor, step, system.gap() / count, largest_cost, smallest)) return result;
    }
    return result;
}

LocalResult minimize_quadratic_program(const QuadraticProgram& program, std::span<const double> start,
                                       const LocalOptions& options) {
    return InteriorPoint(program).minimize(start, options);
}

}  // namespace atl::optimize
