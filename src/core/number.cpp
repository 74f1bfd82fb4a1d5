// SPDX-License-Identifier: Apache-2.0
// Exact conversions between doubles and text by <charconv>, which knows no locale.
#include "atoll/core/number.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <system_error>

namespace atl {
namespace {

std::string not_finite(double value) {
    if (std::isnan(value)) return "nan";
    return value < 0 ? "-inf" : "inf";
}

constexpr bool is_decimal_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

std::string hex_float(double value) {
    if (!std::isfinite(value)) return not_finite(value);
    std::array<char, 64> text{};
    const auto end = std::to_chars(text.data(), text.data() + text.size(), std::abs(value), std::chars_format::hex).ptr;
    return (std::signbit(value) ? "-0x" : "0x") + std::string(text.data(), end);
}

std::string shortest(double value) {
    if (!std::isfinite(value)) return not_finite(value);
    std::array<char, 64> text{};
    return {text.data(), std::to_chars(text.data(), text.data() + text.size(), value).ptr};
}

std::optional<double> parse_number(std::string_view text) {
    bool negative = false;
    if (!text.empty() && (text.front() == '-' || text.front() == '+')) {
        negative = text.front() == '-';
        text.remove_prefix(1);
    }
    auto format = std::chars_format::general;
    if (text.size() > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
        format = std::chars_format::hex;
        text.remove_prefix(2);
        const bool hex_digit = is_decimal_digit(text[0]) || (text[0] >= 'a' && text[0] <= 'f') ||
                               (text[0] >= 'A' && text[0] <= 'F') || text[0] == '.';
        if (!hex_digit) return std::nullopt;  // "0xinf", "0x-1"
    }
    if (text.empty() || text.front() == '-' || text.front() == '+' || text.back() == ')') return std::nullopt;
    double value = 0;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value, format);
    if (error != std::errc{} || stop != end) return std::nullopt;
    return negative ? -value : value;
}

}  // namespace atl
