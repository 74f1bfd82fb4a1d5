// SPDX-License-Identifier: Apache-2.0
// What the derivative-free optimisers minimise, and what they all hand back.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

namespace atl::optimize {

/// Always minimised; a caller that maximises negates. A value that is not finite counts as worst.
using Objective = std::function<double(std::span<const double>)>;

enum class StopReason : std::uint8_t { calls_spent, target_reached, converged };

std::string_view to_string(StopReason reason);

struct SearchResult {
    std::vector<double> x;    ///< the best point seen
    double value = 0;         ///< its objective
    std::uint64_t calls = 0;  ///< objective calls made
    StopReason reason = StopReason::calls_spent;
};

}  // namespace atl::optimize
