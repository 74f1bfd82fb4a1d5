// SPDX-License-Identifier: Apache-2.0
// Measured values over one axis.
#pragma once

#include <map>
#include <utility>
#include <vector>

#include "plan/cost/interpolation.hpp"

namespace atl::plan {

/// Values over an ascending axis, straight lines between them, constant beyond the ends.
struct Curve {
    std::vector<double> axis;
    std::vector<double> values;

    double operator()(double at) const {
        const Bracket place = bracket(axis, at);
        return (1 - place.share) * values[place.below] + place.share * values[place.above];
    }
};

/// Sum and number of the values met at each point.
using Points = std::map<double, std::pair<double, int>>;

inline void add(Points& points, double at, double value) {
    auto& [sum, count] = points[at];
    sum += value;
    ++count;
}

/// Through the mean of each point.
inline Curve curve_of(const Points& points) {
    Curve curve;
    for (const auto& [at, sum] : points) {
        curve.axis.push_back(at);
        curve.values.push_back(sum.first / sum.second);
    }
    return curve;
}

}  // namespace atl::plan
