// SPDX-License-Identifier: Apache-2.0
// The cheap operators on vectors: they rearrange or shift coordinates and evaluate nothing.
#pragma once

#include "atoll/evolve/vector_operators.hpp"

namespace atl::evolve {

Offspring random_vector(const OperatorInput& input);
Offspring gaussian(const OperatorInput& input);
Offspring differential(const OperatorInput& input);
Offspring crossover(const OperatorInput& input);

/// Puts every coordinate that left [lower, upper] back by mirroring at the bound it crossed.
void reflect_into_bounds(const problems::VectorProblem& problem, std::span<double> x);

/// `x` with its groups exchanged so that each lies near the group of `reference` at the same place (greedy, nearest
/// pair first). Needs equal lengths that are a multiple of group_size.
std::vector<double> align_groups(std::span<const double> reference, std::span<const double> x, std::size_t group_size);

}  // namespace atl::evolve
