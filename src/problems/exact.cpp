// SPDX-License-Identifier: Apache-2.0
// Doubles as scaled integers, and the way back by intervals rounded outwards.
#include "problems/exact.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

namespace atl::problems {
namespace {

constexpr int double_digits = std::numeric_limits<double>::digits;

// A double taken apart: value = mantissa * 2^exponent with an odd mantissa (or zero).
struct Parts {
    std::int64_t mantissa = 0;
    int exponent = 0;
};

Parts parts_of(double value) {
    if (value == 0) return {};
    int exponent = 0;
    const double fraction = std::frexp(value, &exponent);
    std::int64_t mantissa = static_cast<std::int64_t>(std::ldexp(fraction, double_digits));
    const int zeros = std::countr_zero(static_cast<std::uint64_t>(mantissa < 0 ? -mantissa : mantissa));
    mantissa /= std::int64_t{1} << zeros;
    return {mantissa, exponent - double_digits + zeros};
}

int bit_length(const ExactInteger& number) { return number == 0 ? 0 : static_cast<int>(msb(number)) + 1; }

// The interval around (head + a remainder in [0, 1)) * 2^exponent, where head has at most 53 bits.
Score around(std::uint64_t head, bool has_remainder, int exponent) {
    const double lower = std::ldexp(static_cast<double>(head), exponent);
    if (std::isinf(lower)) return {std::numeric_limits<double>::max(), lower};
    // Below the normal range ldexp has rounded: look back whether it is still exact.
    const bool exact = std::ldexp(lower, -exponent) == static_cast<double>(head);
    if (exact && !has_remainder) return {lower, lower};
    return {exact ? lower : std::max(0.0, std::nextafter(lower, 0.0)),
            std::nextafter(lower, std::numeric_limits<double>::infinity())};
}

}  // namespace

int common_exponent(std::span<const double> values) {
    int lowest = std::numeric_limits<int>::max();
    for (const double value : values) {
        if (value != 0) lowest = std::min(lowest, parts_of(value).exponent);
    }
    return lowest == std::numeric_limits<int>::max() ? 0 : lowest;
}

ExactInteger scaled(double value, int exponent) {
    const Parts parts = parts_of(value);
    if (parts.mantissa == 0) return 0;
    ExactInteger magnitude = parts.mantissa < 0 ? -parts.mantissa : parts.mantissa;
    magnitude <<= static_cast<unsigned>(parts.exponent - exponent);
    return parts.mantissa < 0 ? ExactInteger(-magnitude) : magnitude;
}

Score enclose(const ExactInteger& number, int exponent) {
    if (number == 0) return {0.0, 0.0};
    const int surplus = bit_length(number) - double_digits;
    if (surplus <= 0) return around(static_cast<std::uint64_t>(number), false, exponent);
    const auto cut = static_cast<unsigned>(surplus);
    return around(static_cast<std::uint64_t>(ExactInteger(number >> cut)), lsb(number) < cut, exponent + surplus);
}

Score enclose_ratio(const ExactInteger& numerator, const ExactInteger& denominator) {
    // Shift so that the quotient has 54 or 55 bits; then cut it to 53.
    const int shift = double_digits + 1 - (bit_length(numerator) - bit_length(denominator));
    const ExactInteger top = shift > 0 ? ExactInteger(numerator << static_cast<unsigned>(shift)) : numerator;
    const ExactInteger bottom = shift < 0 ? ExactInteger(denominator << static_cast<unsigned>(-shift)) : denominator;
    ExactInteger quotient, remainder;
    divide_qr(top, bottom, quotient, remainder);
    const int surplus = bit_length(quotient) - double_digits;
    const auto cut = static_cast<unsigned>(std::max(surplus, 0));
    const bool has_remainder = remainder != 0 || lsb(quotient) < cut;
    return around(static_cast<std::uint64_t>(ExactInteger(quotient >> cut)), has_remainder,
                  static_cast<int>(cut) - shift);
}

}  // namespace atl::problems
