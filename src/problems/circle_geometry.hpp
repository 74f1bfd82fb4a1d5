// SPDX-License-Identifier: Apache-2.0
// Exact questions about circles in the unit square, answered in floating point where that is certain.
#pragma once

namespace atl::problems {

/// Coordinates in [0, 1], radius in [0, 1].
struct Circle {
    double x = 0, y = 0, radius = 0;
};

/// (ax - bx)^2 + (ay - by)^2 - (ar + br)^2: the sign is exact, the magnitude rounded. At least 0: they do not overlap.
double squared_gap(const Circle& a, const Circle& b);

/// Whether value + radius > 1, exactly.
bool exceeds_one(double value, double radius);

/// The largest r with r <= value and value + r <= 1: how big a circle may be as far as one coordinate is concerned.
double room_to_walls(double value);

}  // namespace atl::problems
