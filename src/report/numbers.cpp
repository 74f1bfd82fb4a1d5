// SPDX-License-Identifier: Apache-2.0
// Formats numbers for people.
#include "atoll/report/numbers.hpp"

#include <fmt/format.h>

#include <cmath>

#include "atoll/core/number.hpp"

namespace atl::report {

std::string exact_number(double value) { return std::isfinite(value) ? shortest(value) : no_number; }

std::string short_number(double value, int digits) {
    return std::isfinite(value) ? fmt::format("{:.{}g}", value, digits) : no_number;
}

std::string count_number(std::uint64_t value) {
    std::string text = std::to_string(value);
    for (std::size_t place = text.size(); place > 3; place -= 3) text.insert(place - 3, 1, ',');
    return text;
}

std::string share(std::uint64_t part, std::uint64_t whole) {
    if (whole == 0) return no_number;
    return fmt::format("{:.1f} %", 100.0 * static_cast<double>(part) / static_cast<double>(whole));
}

std::string duration(double seconds) {
    if (!std::isfinite(seconds) || seconds < 0) return no_number;
    if (seconds < 9.995) return fmt::format("{:.2f} s", seconds);
    if (seconds < 119.95) return fmt::format("{:.1f} s", seconds);
    if (seconds > 1e15) return fmt::format("{:.3g} s", seconds);
    const auto whole = static_cast<std::uint64_t>(std::llround(seconds));
    if (whole < 7200) return fmt::format("{} min {:02} s", whole / 60, whole % 60);
    const std::uint64_t minutes = (whole + 30) / 60;
    return fmt::format("{} h {:02} min", minutes / 60, minutes % 60);
}

std::string interval(const Score& score) {
    if (!score.scored()) return no_number;
    // an exact value is an interval, too: nobody has to guess which kind of number this is;
    // an unbounded end is said as such: the interval still holds
    return fmt::format("[{}, {}]", shortest(score.lower), shortest(score.upper));
}

}  // namespace atl::report
