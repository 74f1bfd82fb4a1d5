// SPDX-License-Identifier: Apache-2.0
// Damerau-Levenshtein distance (optimal string alignment) over short names.
#include "atoll/core/nearest.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <vector>

namespace atl {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::size_t edit_distance(std::string_view left, std::string_view right) {
    const std::size_t columns = right.size() + 1;
    std::vector<std::size_t> before_last(columns);
    std::vector<std::size_t> last(columns);
    std::vector<std::size_t> current(columns);
    for (std::size_t j = 0; j < columns; ++j) last[j] = j;
    for (std::size_t i = 1; i <= left.size(); ++i) {
        current[0] = i;
        for (std::size_t j = 1; j < columns; ++j) {
            const std::size_t substitution = lower(left[i - 1]) == lower(right[j - 1]) ? 0 : 1;
            current[j] = std::min({last[j] + 1, current[j - 1] + 1, last[j - 1] + substitution});
            if (i > 1 && j > 1 && lower(left[i - 1]) == lower(right[j - 2]) &&
                lower(left[i - 2]) == lower(right[j - 1])) {
                current[j] = std::min(current[j], before_last[j - 2] + 1);
            }
        }
        std::swap(before_last, last);
        std::swap(last, current);
    }
    return last[right.size()];
}

}  // namespace

std::optional<std::string> nearest_name(std::string_view wanted, std::span<const std::string> names) {
    constexpr std::size_t longest_compared = 256;  // the distance is quadratic, and no valid name comes near this
    if (wanted.size() > longest_compared) return std::nullopt;
    const std::string* nearest = nullptr;
    std::size_t smallest = std::numeric_limits<std::size_t>::max();
    for (const std::string& name : names) {
        const std::size_t distance = edit_distance(wanted, name);
        const std::size_t allowed = std::max<std::size_t>(1, std::max(wanted.size(), name.size()) / 3);
        if (distance <= allowed && distance < smallest && distance < name.size()) {
            smallest = distance;
            nearest = &name;
        }
    }
    if (nearest == nullptr) return std::nullopt;
    return *nearest;
}

std::string did_you_mean(std::string_view wanted, std::span<const std::string> names) {
    const auto nearest = nearest_name(wanted, names);
    return nearest ? "; did you mean '" + *nearest + "'?" : std::string();
}

}  // namespace atl
