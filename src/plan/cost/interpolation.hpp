// SPDX-License-Identifier: Apache-2.0
// Straight lines between the points of an axis.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <vector>

namespace atl::plan {

/// Between which points of an ascending axis a value lies; beyond its ends: the end itself.
struct Bracket {
    std::size_t below = 0;
    std::size_t above = 0;
    double share = 0;  ///< of `above`
};

inline Bracket bracket(const std::vector<double>& axis, double value) {
    const auto found = std::lower_bound(axis.begin(), axis.end(), value);
    if (found == axis.begin()) return {0, 0, 0};
    if (found == axis.end()) return {axis.size() - 1, axis.size() - 1, 0};
    const auto above = static_cast<std::size_t>(found - axis.begin());
    return {above - 1, above, (value - axis[above - 1]) / (axis[above] - axis[above - 1])};
}

/// Replaces NaNs of a line over `axis` by what lies between their neighbours, at the ends by the nearest. A line of
/// NaNs alone is left as it is.
template <class At>
void fill_gaps(const std::vector<double>& axis, At at) {
    std::optional<std::size_t> known;
    for (std::size_t i = 0; i < axis.size(); ++i) {
        if (std::isnan(at(i))) continue;
        for (std::size_t gap = known ? *known + 1 : 0; gap < i; ++gap) {
            const double share = known ? (axis[gap] - axis[*known]) / (axis[i] - axis[*known]) : 1;
            at(gap) = known ? (1 - share) * at(*known) + share * at(i) : at(i);
        }
        known = i;
    }
    if (!known) return;
    for (std::size_t gap = *known + 1; gap < axis.size(); ++gap) at(gap) = at(*known);
}

}  // namespace atl::plan
