// SPDX-License-Identifier: Apache-2.0
// Private to report: where an axis begins and ends, and where its ticks lie.
#pragma once

#include <string>
#include <vector>

#include "atoll/report/plot.hpp"

namespace atl::report {

struct Tick {
    double value = 0;
    std::string label;      ///< empty: a minor tick, or a power of ten
    bool is_power = false;  ///< written as 10 to the `exponent`
    int exponent = 0;
};

/// Invariant: lower < upper, both finite, both positive on a logarithmic axis.
class AxisTicks {
public:
    /// From the values that are to be drawn (any; those the scale can not show are ignored) and the axis's own limits.
    AxisTicks(const Axis& axis, const std::vector<double>& values);

    bool shows(double value) const;
    /// 0 at the lower end, 1 at the upper.
    double place(double value) const;
    double lower() const { return lower_; }
    double upper() const { return upper_; }
    const std::vector<Tick>& ticks() const { return ticks_; }

private:
    void choose_limits(const Axis& axis, const std::vector<double>& values);
    void place_linear_ticks();
    void place_logarithmic_ticks();

    bool logarithmic_ = false;
    double lower_ = 0;
    double upper_ = 1;
    std::vector<Tick> ticks_;
};

}  // namespace atl::report
