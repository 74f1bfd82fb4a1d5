// SPDX-License-Identifier: Apache-2.0
// The one plot writer: lines and steps over linear or logarithmic axes, as SVG 1.1 text.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace atl::report {

enum class Scale { linear, logarithmic };

/// Limits left empty are taken from the data. On a logarithmic axis only positive values are drawn.
struct Axis {
    std::string label;
    Scale scale = Scale::linear;
    std::optional<double> lower;
    std::optional<double> upper;
};

struct PlotPoint {
    double x = 0;
    double y = 0;
};

/// Points in the order they are joined; one that is not finite (or not positive on a logarithmic axis) breaks the line.
struct Series {
    std::string name;  ///< shown in the legend; empty: not listed
    std::vector<PlotPoint> points;
    bool steps = false;    ///< hold each y until the next x, as "best so far" does
    double width = 1.6;    ///< pixels
    std::string colour{};  ///< "#rrggbb"; empty: the next one of a palette safe for colour-blind readers
};

/// A horizontal line with its name at the left end, where lines of progress seldom are.
struct ReferenceLine {
    std::string name;
    double y = 0;
};

struct Plot {
    std::string title;
    std::string subtitle;
    Axis x;
    Axis y;
    std::vector<Series> series;
    std::vector<ReferenceLine> lines;
    std::uint32_t width = 880;   ///< pixels
    std::uint32_t height = 520;  ///< pixels
};

/// A whole SVG document: well-formed whatever the texts hold, and the same bytes for the same plot.
/// A plot without one drawable point says so inside the frame.
std::string to_svg(const Plot& plot);

}  // namespace atl::report
