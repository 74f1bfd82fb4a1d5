// SPDX-License-Identifier: Apache-2.0
// Exact arithmetic on doubles: every finite double is an integer times a power of two.
#pragma once

#include <boost/multiprecision/cpp_int.hpp>
#include <cstdint>
#include <span>

#include "atoll/core/score.hpp"

namespace atl::problems {

/// Holds the square of a difference of any two doubles of magnitude up to 2^20 in units of 2^-2148, sums of four such
/// squares, and such a number shifted by a few words. Costs grow with the words in use, which are two or three for
/// ordinary coordinates.
constexpr unsigned exact_integer_bits = 2560;
using ExactInteger = boost::multiprecision::number<boost::multiprecision::cpp_int_backend<
    exact_integer_bits, exact_integer_bits, boost::multiprecision::signed_magnitude, boost::multiprecision::unchecked>>;

/// The largest e such that all values are integer multiples of 2^e; 0 when all are zero. Values must be finite.
int common_exponent(std::span<const double> values);

/// value / 2^exponent, for an exponent from common_exponent() and a magnitude of at most 2^20.
ExactInteger scaled(double value, int exponent);

/// The smallest interval of doubles around number * 2^exponent: a point when a double holds it. number >= 0.
Score enclose(const ExactInteger& number, int exponent);

/// The smallest interval of normal doubles around numerator / denominator; both positive.
Score enclose_ratio(const ExactInteger& numerator, const ExactInteger& denominator);

}  // namespace atl::problems
