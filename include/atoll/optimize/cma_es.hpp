// SPDX-License-Identifier: Apache-2.0
// CMA-ES with rank-mu update (Hansen, "The CMA Evolution Strategy: A Tutorial", arXiv 1604.00772) as ask and tell.
#pragma once

#include <limits>
#include <vector>

#include "atoll/core/random.hpp"
#include "atoll/optimize/objective.hpp"

namespace atl::optimize {

struct CmaEsOptions {
    std::uint32_t population = 0;  ///< lambda; 0: 4 + floor(3 ln n)
    double initial_step = 0.3;     ///< sigma, in units of the coordinates
    std::uint64_t maximum_calls = 100'000;
    double target = -std::numeric_limits<double>::infinity();  ///< stop once a value is at or below
    double step_tolerance = 1e-12;                             ///< converged when sigma times the longest axis is below
    double value_tolerance = 0;  ///< converged when a generation's values span less; 0: never
};

/// All there is to know between two generations: plain data, to be stored and resumed from at will.
struct CmaEsState {
    std::uint32_t dimension = 0;
    std::uint32_t population = 0;
    std::uint64_t generation = 0;
    std::uint64_t eigen_generation = 0;   ///< the generation whose covariance `axes` and `lengths` decompose
    double step = 0;                      ///< sigma
    std::vector<double> mean;             ///< n
    std::vector<double> path_covariance;  ///< p_c, n
    std::vector<double> path_step;        ///< p_sigma, n
    std::vector<double> covariance;       ///< C, n x n, row-major
    std::vector<double> axes;             ///< B, n x n, row-major; eigenvectors are columns
    std::vector<double> lengths;          ///< D, n: square roots of the eigenvalues
    std::vector<double> lower, upper;     ///< empty: unbounded
};

/// Throws InputError when sizes differ, bounds cross or the step is not positive.
CmaEsState start_cma_es(std::span<const double> mean, std::span<const double> lower, std::span<const double> upper,
                        const CmaEsOptions& options = {});

/// `population` points of the current distribution, mirrored into the bounds.
std::vector<std::vector<double>> ask(const CmaEsState& state, RandomStream& random);

/// One generation. Points need not come from ask(): injected ones are shortened to a plausible length first (Hansen
/// 2011, "Injecting external solutions into CMA-ES"). Needs at least two points; values that are not finite rank last.
void tell(CmaEsState& state, const std::vector<std::vector<double>>& points, std::span<const double> values);

/// Asks and tells until a stop rule holds.
SearchResult minimize_by_cma_es(const Objective& objective, std::span<const double> start,
                                std::span<const double> lower, std::span<const double> upper, RandomStream& random,
                                const CmaEsOptions& options = {});

}  // namespace atl::optimize
