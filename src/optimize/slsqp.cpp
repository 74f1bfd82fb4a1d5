// SPDX-License-Identifier: Apache-2.0
// Hands a quadratic program to NLopt's SLSQP (Kraft 1988): all constraints as one vector of c(x) <= 0.
#include "atoll/optimize/slsqp.hpp"

#include <nlopt.h>

#include <algorithm>
#include <cmath>
#include <memory>

#include "atoll/core/error.hpp"
#include "optimize/program_rows.hpp"

namespace atl::optimize {
namespace {

struct Context {
    const ProgramRows* rows = nullptr;
    std::size_t constraints = 0;  // the rows beyond these are bounds, which NLopt takes by itself
    std::vector<double> values, jacobian;
    int evaluations = 0;
};

double objective(unsigned n, const double* x, double* gradient, void* data) {
    auto& context = *static_cast<Context*>(data);
    ++context.evaluations;
    if (gradient != nullptr) std::copy(context.rows->objective.begin(), context.rows->objective.end(), gradient);
    return context.rows->objective_at({x, n});
}

void constraints(unsigned count, double* result, unsigned n, const double* x, double* gradient, void* data) {
    auto& context = *static_cast<Context*>(data);
    const ProgramRows& rows = *context.rows;
    rows.evaluate({x, n}, context.values);
    for (unsigned r = 0; r < count; ++r) result[r] = -context.values[r];
    if (gradient == nullptr) return;
    rows.differentiate({x, n}, context.jacobian);
    std::fill(gradient, gradient + std::size_t{count} * n, 0.0);
    for (unsigned r = 0; r < count; ++r) {
        for (std::uint32_t a = rows.rows[r].variables_begin; a < rows.rows[r].variables_end; ++a) {
            gradient[std::size_t{r} * n + rows.variables[a]] = -context.jacobian[a];
        }
    }
}

struct Destroy {
    void operator()(nlopt_opt handle) const { nlopt_destroy(handle); }
};

}  // namespace

LocalResult minimize_by_slsqp(const QuadraticProgram& program, std::span<const double> start,
                              const LocalOptions& options) {
    const ProgramRows rows(program);
    check_start(rows, start);
    Context context{&rows, program.constraints.size(), std::vector<double>(rows.rows.size()),
                    std::vector<double>(rows.variables.size()), 0};
    const std::unique_ptr<std::remove_pointer_t<nlopt_opt>, Destroy> handle(
        nlopt_create(NLOPT_LD_SLSQP, static_cast<unsigned>(rows.dimension)));
    if (!handle) throw InfrastructureError("NLopt could not be set up: out of memory");
    const std::vector<double> tolerances(context.constraints, options.tolerance);
    nlopt_set_lower_bounds(handle.get(), program.lower.data());
    nlopt_set_upper_bounds(handle.get(), program.upper.data());
    nlopt_set_min_objective(handle.get(), objective, &context);
    if (context.constraints > 0) {
        nlopt_add_inequality_mconstraint(handle.get(), static_cast<unsigned>(context.constraints), constraints,
                                         &context, tolerances.data());
    }
    nlopt_set_ftol_rel(handle.get(), options.tolerance);
    nlopt_set_maxeval(handle.get(), options.maximum_iterations);

    LocalResult result;
    result.x.assign(start.begin(), start.end());
    for (std::size_t j = 0; j < result.x.size(); ++j) {
        result.x[j] = std::clamp(result.x[j], program.lower[j], program.upper[j]);
    }
    double value = 0;
    const nlopt_result status = nlopt_optimize(handle.get(), result.x.data(), &value);
    // ROUNDOFF_LIMITED is how SLSQP often ends at full precision; the violation tells whether x is any good.
    result.converged = (status > 0 && status != NLOPT_MAXEVAL_REACHED) || status == NLOPT_ROUNDOFF_LIMITED;
    rows.evaluate(result.x, context.values);
    for (const double each : context.values) result.violation = std::max(result.violation, -each);
    result.objective = rows.objective_at(result.x);
    result.iterations = context.evaluations;
    return result;
}

}  // namespace atl::optimize
