// SPDX-License-Identifier: Apache-2.0
// Travelling salesman in the unit square: exact coordinates, proven tour lengths, classical constructions.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "atoll/core/random.hpp"
#include "atoll/core/score.hpp"

namespace atl::problems {

/// Points on a grid of 2^-20 in the unit square.
struct TspInstance {
    static constexpr int grid_bits = 20;

    std::vector<std::int64_t> x, y;  ///< in units of the grid, in [0, 2^20)

    std::size_t size() const { return x.size(); }
    double distance(std::size_t i, std::size_t j) const;  ///< correctly rounded
};

TspInstance draw_tsp_instance(std::size_t nodes, RandomStream& random);

using Tour = std::vector<std::size_t>;

/// Contains the exact length of the closed tour.
Score tour_length(const TspInstance& instance, const Tour& tour);

/// From node 0, always to the nearest unvisited node; ties go to the smallest number.
Tour nearest_neighbour_tour(const TspInstance& instance);

/// The shortest edges first, as long as no node gets three and no tour closes early.
Tour greedy_tour(const TspInstance& instance);

/// Nearest neighbour, then 2-opt and Or-opt (segments of up to three nodes, moved and turned) until neither improves.
Tour reference_tour(const TspInstance& instance);

}  // namespace atl::problems
