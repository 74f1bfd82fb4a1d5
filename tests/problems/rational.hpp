// SPDX-License-Identifier: Apache-2.0
// The judges' rules once more in plain rational arithmetic, without any filter: slow, and what judges are compared
// with.
#pragma once

#include <boost/multiprecision/cpp_int.hpp>
#include <cmath>
#include <span>

#include "atoll/core/score.hpp"

namespace atl::problems::testing {

using Rational = boost::multiprecision::cpp_rational;

inline Rational exact(double value) {
    int exponent = 0;
    const double fraction = std::frexp(value, &exponent);
    Rational result(static_cast<long long>(std::ldexp(fraction, 53)));
    const boost::multiprecision::cpp_int power = boost::multiprecision::cpp_int(1) << std::abs(exponent - 53);
    return exponent >= 53 ? Rational(result * power) : Rational(result / power);
}

/// Whether n circles in rows x, y, r lie in the unit square without overlap.
inline bool packs(std::span<const double> rows) {
    for (std::size_t i = 0; i < rows.size(); i += 3) {
        const Rational x = exact(rows[i]), y = exact(rows[i + 1]), r = exact(rows[i + 2]);
        if (r < 0 || x < r || y < r || x + r > 1 || y + r > 1) return false;
        for (std::size_t j = 0; j < i; j += 3) {
            const Rational dx = x - exact(rows[j]), dy = y - exact(rows[j + 1]), reach = r + exact(rows[j + 2]);
            if (dx * dx + dy * dy < reach * reach) return false;
        }
    }
    return true;
}

inline Rational sum_of_radii(std::span<const double> rows) {
    Rational sum = 0;
    for (std::size_t i = 2; i < rows.size(); i += 3) sum += exact(rows[i]);
    return sum;
}

/// (Largest / smallest distance)^2 of points in rows x, y; 0 when two coincide.
inline Rational squared_ratio(std::span<const double> rows) {
    Rational smallest = -1, largest = 0;
    for (std::size_t i = 0; i < rows.size(); i += 2) {
        for (std::size_t j = 0; j < i; j += 2) {
            const Rational dx = exact(rows[i]) - exact(rows[j]), dy = exact(rows[i + 1]) - exact(rows[j + 1]);
            const Rational squared = dx * dx + dy * dy;
            if (smallest < 0 || squared < smallest) smallest = squared;
            if (squared > largest) largest = squared;
        }
    }
    return smallest == 0 ? Rational(0) : Rational(largest / smallest);
}

/// True when the interval holds the value and is a point or two neighbouring doubles.
inline bool encloses_tightly(const Score& score, const Rational& value) {
    if (!(score.lower <= score.upper) || exact(score.lower) > value || exact(score.upper) < value) return false;
    return score.lower == score.upper || std::nextafter(score.lower, score.upper) == score.upper;
}

}  // namespace atl::problems::testing
