// SPDX-License-Identifier: Apache-2.0
// A proven score: an interval that contains the exact value, in the problem's own direction.
#pragma once

#include <cstdint>
#include <limits>
#include <string_view>

namespace atl {

enum class Direction : std::uint8_t { maximize = 0, minimize = 1 };

std::string_view to_string(Direction direction);

/// The exact value lies in [lower, upper]. Unscored (a failed verdict) is NaN at both ends.
struct Score {
    double lower = std::numeric_limits<double>::quiet_NaN();
    double upper = std::numeric_limits<double>::quiet_NaN();

    bool scored() const { return lower <= upper; }
};

/// The end of the interval that is proven whatever the exact value: lower when maximising, upper when minimising.
double proven_value(const Score& score, Direction direction);

/// True when `left` is strictly better by proven value; an unscored one is never better.
bool better(const Score& left, const Score& right, Direction direction);

/// True when the score is proven to reach `target` (>= when maximising, <= when minimising).
bool reaches(const Score& score, double target, Direction direction);

}  // namespace atl
