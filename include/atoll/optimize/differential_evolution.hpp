// SPDX-License-Identifier: Apache-2.0
// Differential evolution (Storn and Price 1997) in a box, with the self-adaptive parameters of jDE on request.
#pragma once

#include <limits>
#include <vector>

#include "atoll/core/random.hpp"
#include "atoll/optimize/objective.hpp"

namespace atl::optimize {

enum class DifferentialStrategy : std::uint8_t {
    rand_1_bin,             ///< a + F (b - c)
    current_to_best_1_bin,  ///< x + F (best - x) + F (a - b)
    self_adaptive,          ///< rand_1_bin with F and CR evolving per individual (Brest et al. 2006)
};

struct DifferentialEvolutionOptions {
    std::uint32_t population = 64;  ///< at least 4
    double weight = 0.5;            ///< F
    double crossover = 0.9;         ///< CR
    DifferentialStrategy strategy = DifferentialStrategy::rand_1_bin;
    std::uint64_t maximum_calls = 100'000;
    double target = -std::numeric_limits<double>::infinity();  ///< stop once a value is at or below
    double value_spread = 0;  ///< converged when best and worst of the population are this close; 0: never
};

/// Minimises inside [lower, upper]. `starts` (may be empty) replace the first random individuals.
/// Throws InputError on crossed or infinite bounds, a start of wrong length, or a population below 4.
SearchResult minimize_by_differential_evolution(const Objective& objective, std::span<const double> lower,
                                                std::span<const double> upper, RandomStream& random,
                                                const DifferentialEvolutionOptions& options = {},
                                                const std::vector<std::vector<double>>& starts = {});

}  // namespace atl::optimize
