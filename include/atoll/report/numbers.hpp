// SPDX-License-Identifier: Apache-2.0
// How numbers look in tables, messages and figures; independent of the locale.
#pragma once

#include <cstdint>
#include <string>

#include "atoll/core/score.hpp"

namespace atl::report {

/// What stands where there is no number.
inline constexpr const char* no_number = "-";

/// The shortest decimal that reads back as the same double; "-" when it is not finite.
std::string exact_number(double value);

/// `digits` significant digits; "-" when not finite.
std::string short_number(double value, int digits = 4);

/// 1234567 -> "1,234,567".
std::string count_number(std::uint64_t value);

/// part of whole as "12.5 %"; "-" when whole is 0.
std::string share(std::uint64_t part, std::uint64_t whole);

/// "0.42 s", "41.3 s", "12 min 05 s", "3 h 07 min"; "-" when not finite or negative.
std::string duration(double seconds);

/// "[2.635983084917, 2.635983084918]", also where both ends are equal; "-" when unscored.
std::string interval(const Score& score);

}  // namespace atl::report
