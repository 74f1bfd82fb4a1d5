// SPDX-License-Identifier: Apache-2.0
// Reading and writing number tokens.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "evolve/program_text/program_text.hpp"

namespace atl::evolve::program_text {

/// The value of a floating literal of type double (Python: float), without sign; empty for integers, other types,
/// imaginary numbers and values outside binary64.
std::optional<double> float_value(std::string_view number, problems::Language language);

struct IntegerLiteral {
    std::uint64_t value = 0;
    std::string_view suffix;  ///< "", "u", "LL", ...
};

/// A decimal integer literal up to 2^53; empty for other bases and larger values.
std::optional<IntegerLiteral> integer_value(std::string_view number, problems::Language language);

/// `place` includes the parentheses and the sign of a literal such as (-0.5).
struct FloatLiteral {
    Span place;
    double value = 0;
    bool parenthesised = false;
};

/// The float literal at this token of code(); empty when there is none that lies within a region.
std::optional<FloatLiteral> float_at(const ProgramText& text, std::size_t i);

/// The shortest literal of a finite value: always with '.' or 'e', in parentheses when it is negative.
std::string float_text(double value);
/// What to write in the literal's place for a finite value, so that float_at() finds the same place with that value.
std::string float_text(const ProgramText& text, const FloatLiteral& literal, double value);

}  // namespace atl::evolve::program_text
