// SPDX-License-Identifier: Apache-2.0
// The box an optimiser searches in: its checks, and how a point that left it comes back.
#pragma once

#include <cmath>
#include <span>
#include <string>

#include "atoll/core/error.hpp"

namespace atl::optimize {

/// Throws InputError unless both bounds have `dimension` finite, uncrossed entries.
inline void check_box(std::span<const double> lower, std::span<const double> upper, std::size_t dimension,
                      const std::string& who) {
    if (lower.size() != dimension || upper.size() != dimension) {
        throw InputError(who + ": " + std::to_string(dimension) + " coordinates, but " + std::to_string(lower.size()) +
                         " lower and " + std::to_string(upper.size()) + " upper bounds");
    }
    for (std::size_t i = 0; i < dimension; ++i) {
        if (!std::isfinite(lower[i]) || !std::isfinite(upper[i])) {
            throw InputError(who + ": the bounds of coordinate " + std::to_string(i) + " are not finite");
        }
        if (lower[i] > upper[i]) {
            throw InputError(who + ": the bounds of coordinate " + std::to_string(i) +
                             " are crossed: " + std::to_string(lower[i]) + " > " + std::to_string(upper[i]));
        }
    }
}

/// Reflected at the bounds as often as it takes; a value that is not finite becomes the lower bound.
inline double mirrored(double value, double lower, double upper) {
    const double width = upper - lower;
    if (!(width > 0) || !std::isfinite(value)) return lower;
    double offset = std::fmod(value - lower, 2 * width);
    if (offset < 0) offset += 2 * width;
    const double folded = lower + (offset > width ? 2 * width - offset : offset);
    return folded < lower ? lower : (folded > upper ? upper : folded);
}

}  // namespace atl::optimize
