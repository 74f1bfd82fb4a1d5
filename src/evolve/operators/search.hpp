// SPDX-License-Identifier: Apache-2.0
// Operators that search the problem's merit around their parent, with a bounded number of calls.
#pragma once

#include "atoll/evolve/vector_operators.hpp"

namespace atl::evolve {

/// Merit calls of one "cma_es" or "de"; small enough that an island step stays short, large enough to converge in
/// ten dimensions over a few of them.
inline constexpr std::uint64_t search_calls = 2000;
/// Merit calls of a polish without a program.
inline constexpr std::uint64_t local_search_calls = 1000;

Offspring cma_es_search(const OperatorInput& input);
Offspring de_search(const OperatorInput& input);

/// CMA-ES with a small first step: the polish of problems that have no program.
Offspring local_search(const problems::VectorProblem& problem, std::span<const double> x, RandomStream& random);

}  // namespace atl::evolve
