// SPDX-License-Identifier: Apache-2.0
// A floating-point filter before exact integers: only circles that touch to about 1e-15 need the latter.
#include "problems/circle_geometry.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "problems/exact.hpp"

namespace atl::problems {
namespace {

double exact_squared_gap(const Circle& a, const Circle& b) {
    const std::array<double, 6> values = {a.x, a.y, a.radius, b.x, b.y, b.radius};
    const int exponent = common_exponent(values);
    const ExactInteger dx = scaled(a.x, exponent) - scaled(b.x, exponent);
    const ExactInteger dy = scaled(a.y, exponent) - scaled(b.y, exponent);
    const ExactInteger reach = scaled(a.radius, exponent) + scaled(b.radius, exponent);
    const ExactInteger gap = dx * dx + dy * dy - reach * reach;
    if (gap == 0) return 0;
    const double magnitude = enclose(abs(gap), 2 * exponent).upper;  // the upper end is never zero
    return gap < 0 ? -magnitude : magnitude;
}

}  // namespace

double squared_gap(const Circle& a, const Circle& b) {
    const double dx = a.x - b.x, dy = a.y - b.y, reach = a.radius + b.radius;
    const double distance_squared = dx * dx + dy * dy;
    const double reach_squared = reach * reach;
    const double gap = distance_squared - reach_squared;
    // Each square carries at most four roundings, the difference one more: 5 units of 2^-53 and a little. The constant
    // covers underflow.
    const double error = 8 * 0x1p-53 * (distance_squared + reach_squared) + 1e-300;
    return std::abs(gap) > error ? gap : exact_squared_gap(a, b);
}

bool exceeds_one(double value, double radius) {
    const double sum = value + radius;
    if (sum != 1) return sum > 1;  // the rounding error is below half the distance to 1
    const double large = std::max(value, radius), small = std::min(value, radius);
    return small - (sum - large) > 0;  // the rounding error itself (Dekker's fast two-sum), exact
}

double room_to_walls(double value) {
    double room = std::min(value, 1 - value);
    while (exceeds_one(value, room)) room = std::nextafter(room, 0.0);
    return room;
}

}  // namespace atl::problems
