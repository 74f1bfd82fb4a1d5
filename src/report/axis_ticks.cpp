// SPDX-License-Identifier: Apache-2.0
// Chooses axis limits and ticks: steps of 1, 2 or 5 times a power of ten, or decades.
#include "report/axis_ticks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace atl::report {

namespace {

constexpr double wanted_ticks = 6;
constexpr int most_linear_ticks = 15;  ///< twice as many as wanted and some: an axis never has more
constexpr int most_decade_labels = 9;

/// The 1-2-5 number next to span / wanted_ticks.
double nice_step(double span) {
    const double raw = span / wanted_ticks;
    const double power = std::pow(10.0, std::floor(std::log10(raw)));
    const double mantissa = raw / power;
    return (mantissa < 1.5 ? 1.0 : mantissa < 3.5 ? 2.0 : mantissa < 7.5 ? 5.0 : 10.0) * power;
}

std::string linear_label(double value, double step) {
    const double magnitude = std::max(std::abs(value), step);
    if (magnitude >= 1e7 || (magnitude < 1e-4 && magnitude > 0)) return fmt::format("{:.3g}", value);
    const int decimals = std::clamp(static_cast<int>(-std::floor(std::log10(step) + 1e-9)), 0, 15);
    return fmt::format("{:.{}f}", std::abs(value) < step * 1e-6 ? 0.0 : value, decimals);
}

}  // namespace

AxisTicks::AxisTicks(const Axis& axis, const std::vector<double>& values)
    : logarithmic_(axis.scale == Scale::logarithmic) {
    choose_limits(axis, values);
    if (logarithmic_) {
        place_logarithmic_ticks();
    } else {
        place_linear_ticks();
    }
}

bool AxisTicks::shows(double value) const { return std::isfinite(value) && (!logarithmic_ || value > 0); }

double AxisTicks::place(double value) const {
    if (logarithmic_) return (std::log10(value) - std::log10(lower_)) / (std::log10(upper_) - std::log10(lower_));
    // halved first: the difference of two huge limits would overflow
    return (value / 2 - lower_ / 2) / (upper_ / 2 - lower_ / 2);
}

void AxisTicks::choose_limits(const Axis& axis, const std::vector<double>& values) {
    double low = std::numeric_limits<double>::infinity();
    double high = -low;
    for (const double value : values) {
        if (!shows(value)) continue;
        low = std::min(low, value);
        high = std::max(high, value);
    }
    if (!(low <= high)) {
        low = logarithmic_ ? 0.1 : 0.0;
        high = 1.0;
    }
    if (logarithmic_) {
        lower_ = std::max(low / 1.25, std::numeric_limits<double>::min());
        upper_ = std::min(high * 1.25, std::numeric_limits<double>::max());
    } else {
        // a margin; a single value gets room in its own size, or one unit around zero
        const double span = high / 2 - low / 2;
        const double room = span > 0 ? span * 0.08 : std::max(std::abs(low), 1.0) * 0.05;
        constexpr double largest = std::numeric_limits<double>::max() / 4;
        lower_ = low >= 0 && low <= room * 4 && span > 0 ? 0.0 : std::clamp(low - room, -largest, largest);
        upper_ = std::clamp(high + room, -largest, largest);
    }
    if (axis.lower && shows(*axis.lower)) lower_ = *axis.lower;
    if (axis.upper && shows(*axis.upper)) upper_ = *axis.upper;
    if (!(lower_ < upper_)) upper_ = logarithmic_ ? lower_ * 10 : lower_ + std::max(std::abs(lower_), 1.0);
    // closer than doubles can tell apart on paper
    if (!logarithmic_ && upper_ - lower_ < std::abs(lower_) * 1e-14) {
        upper_ = lower_ + std::max(std::abs(lower_), 1e-300) * 1e-14;
    }
}

void AxisTicks::place_linear_ticks() {
    const double step = nice_step(upper_ - lower_);
    const double first = std::ceil(lower_ / step - 1e-9);
    for (int i = 0; i < most_linear_ticks; ++i) {
        const double value = (first + i) * step;
        if (value > upper_ + step * 1e-9) break;
        ticks_.push_back({value, linear_label(value, step), false, 0});
    }
}

void AxisTicks::place_logarithmic_ticks() {
    const int first = static_cast<int>(std::floor(std::log10(lower_)));
    const int last = static_cast<int>(std::ceil(std::log10(upper_)));
    const int decades = static_cast<int>(std::floor(std::log10(upper_)) - std::ceil(std::log10(lower_))) + 1;
    const int stride = std::max(1, (decades + most_decade_labels - 1) / most_decade_labels);
    // one way of writing along one axis
    const bool plain = lower_ > 5e-3 && upper_ < 2e4;
    const auto inside = [&](double value) { return value >= lower_ * (1 - 1e-12) && value <= upper_ * (1 + 1e-12); };
    for (int exponent = first; exponent <= last; ++exponent) {
        const double decade = std::pow(10.0, exponent);
        for (int digit = 1; digit <= 9; ++digit) {
            const double value = decade * digit;
            if (!std::isfinite(value) || !inside(value)) continue;
            const bool is_decade = digit == 1;
            if (is_decade && exponent % stride == 0) {
                ticks_.push_back({value, plain ? fmt::format("{:g}", value) : "", !plain, exponent});
            } else if (decades < 3 && (digit == 2 || digit == 5)) {
                // too few decades to be read from: the halves are labelled, too
                ticks_.push_back({value, fmt::format("{:g}", value), false, 0});
            } else if (stride == 1) {
                ticks_.push_back({value, "", false, 0});
            }
        }
    }
}

}  // namespace atl::report
