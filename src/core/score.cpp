// SPDX-License-Identifier: Apache-2.0
// Comparison of proven scores.
#include "atoll/core/score.hpp"

namespace atl {

std::string_view to_string(Direction direction) { return direction == Direction::maximize ? "maximize" : "minimize"; }

double proven_value(const Score& score, Direction direction) {
    return direction == Direction::maximize ? score.lower : score.upper;
}

bool better(const Score& left, const Score& right, Direction direction) {
    if (!left.scored()) return false;
    if (!right.scored()) return true;
    return direction == Direction::maximize ? left.lower > right.lower : left.upper < right.upper;
}

bool reaches(const Score& score, double target, Direction direction) {
    if (!score.scored()) return false;
    return direction == Direction::maximize ? score.lower >= target : score.upper <= target;
}

}  // namespace atl
