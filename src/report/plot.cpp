// SPDX-License-Identifier: Apache-2.0
// Lays a plot out on the page: frame, ticks, lines, legend.
#include "atoll/report/plot.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

#include "report/axis_ticks.hpp"
#include "report/svg.hpp"

namespace atl::report {

namespace {

/// Okabe and Ito's colours (2008), told apart with any kind of colour vision; yellow darkened for a white page.
constexpr std::array<const char*, 8> palette{"#0072b2", "#d55e00", "#009e73", "#cc79a7",
                                             "#e69f00", "#56b4e9", "#8c7a00", "#7f7f7f"};
constexpr const char* ink = "#333333";
constexpr const char* grid = "#e6e6e6";
constexpr const char* reference_colour = "#555555";
constexpr double character_pixels = 6.6;  ///< mean width of a character at 12 px, generous
constexpr double legend_row_pixels = 18;

/// The page, in pixels: the frame the data lies in.
struct Frame {
    double left = 86;
    double right = 0;
    double top = 24;
    double bottom = 0;

    double x(double place) const { return left + place * (right - left); }
    double y(double place) const { return bottom - place * (bottom - top); }
};

std::string colour_of(const Plot& plot, std::size_t index) {
    if (!plot.series[index].colour.empty()) return plot.series[index].colour;
    const auto uncoloured = std::count_if(plot.series.begin(), plot.series.begin() + static_cast<std::ptrdiff_t>(index),
                                          [](const Series& series) { return series.colour.empty(); });
    return palette[static_cast<std::size_t>(uncoloured) % palette.size()];
}

Frame lay_out(const Plot& plot) {
    Frame frame;
    std::size_t longest = 0;
    for (const Series& series : plot.series) longest = std::max(longest, series.name.size());
    const double legend =
        longest == 0 ? 0 : 46 + character_pixels * static_cast<double>(std::min<std::size_t>(longest, 28));
    frame.right = std::max(frame.left + 60, plot.width - 22 - legend);
    frame.top = 24 + (plot.title.empty() ? 0 : 20) + (plot.subtitle.empty() ? 0 : 18);
    frame.bottom = std::max(frame.top + 40, plot.height - 58.0);
    return frame;
}

void draw_axes(svg::Document& page, const Plot& plot, const Frame& frame, const AxisTicks& x, const AxisTicks& y) {
    const auto label = [&](svg::Position at, const Tick& tick, svg::Anchor anchor) {
        const svg::TextStyle style{12, ink, anchor};
        if (tick.is_power) {
            page.power_of_ten(at, tick.exponent, style);
        } else {
            page.text(at, tick.label, style);
        }
    };
    for (const Tick& tick : x.ticks()) {
        const double at = frame.x(x.place(tick.value));
        const bool major = tick.is_power || !tick.label.empty();
        if (major) page.line({at, frame.top}, {at, frame.bottom}, grid, 1);
        page.line({at, frame.bottom}, {at, frame.bottom + (major ? 5 : 3)}, ink, 1);
        if (major) label({at, frame.bottom + 19}, tick, svg::Anchor::middle);
    }
    for (const Tick& tick : y.ticks()) {
        const double at = frame.y(y.place(tick.value));
        const bool major = tick.is_power || !tick.label.empty();
        if (major) page.line({frame.left, at}, {frame.right, at}, grid, 1);
        page.line({frame.left - (major ? 5 : 3), at}, {frame.left, at}, ink, 1);
        if (major) label({frame.left - 9, at + 4}, tick, svg::Anchor::end);
    }
    page.rectangle({frame.left, frame.top}, frame.right - frame.left, frame.bottom - frame.top, "none", ink);
    page.text({(frame.left + frame.right) / 2, frame.bottom + 42}, plot.x.label, {13, ink, svg::Anchor::middle});
    page.text({20, (frame.top + frame.bottom) / 2}, plot.y.label, {13, ink, svg::Anchor::middle, false, true});
}

/// Clipping by hand keeps lines inside the frame without ids, which would clash when several figures share a page.
double clipped(double place) { return std::clamp(place, 0.0, 1.0); }

/// True when something of the series was drawn.
bool draw_series(svg::Document& page, const Series& series, const std::string& colour, const Frame& frame,
                 const AxisTicks& x, const AxisTicks& y) {
    bool drawn = false;
    std::vector<svg::Position> line;
    const auto finish_line = [&] {
        if (line.size() == 1) page.circle(line.front(), series.width + 1, colour, "none", 0);
        if (line.size() > 1) page.polyline(line, colour, series.width);
        drawn = drawn || !line.empty();
        line.clear();
    };
    for (const PlotPoint& point : series.points) {
        if (!x.shows(point.x) || !y.shows(point.y)) {
            finish_line();
            continue;
        }
        const svg::Position at{frame.x(clipped(x.place(point.x))), frame.y(clipped(y.place(point.y)))};
        if (series.steps && !line.empty() && line.back().y != at.y) line.push_back({at.x, line.back().y});
        line.push_back(at);
    }
    finish_line();
    return drawn;
}

/// Names are moved apart where lines lie close together; the line itself stays where it belongs.
void draw_reference_lines(svg::Document& page, const Plot& plot, const Frame& frame, const AxisTicks& y) {
    std::vector<ReferenceLine> lines;
    for (const ReferenceLine& line : plot.lines) {
        if (!y.shows(line.y)) continue;
        const double place = y.place(line.y);
        if (place >= 0 && place <= 1) lines.push_back(line);
    }
    std::stable_sort(lines.begin(), lines.end(), [](const auto& a, const auto& b) { return a.y > b.y; });
    double previous = frame.top - 1e3;
    for (const ReferenceLine& line : lines) {
        const double at = frame.y(y.place(line.y));
        page.line({frame.left, at}, {frame.right, at}, reference_colour, 1.2, "6 4");
        const double text_at = std::max({at - 5, previous + 14, frame.top + 13});
        page.text({frame.left + 8, text_at}, line.name, {12, reference_colour, svg::Anchor::start, false, false, true});
        previous = text_at;
    }
}

void draw_legend(svg::Document& page, const Plot& plot, const Frame& frame) {
    double at = frame.top + 10;
    for (std::size_t i = 0; i < plot.series.size(); ++i) {
        const Series& series = plot.series[i];
        if (series.name.empty()) continue;
        if (at > frame.bottom) {
            page.text({frame.right + 14, at - 2}, "\u2026", {12, ink});
            return;
        }
        page.line({frame.right + 14, at}, {frame.right + 36, at}, colour_of(plot, i), std::max(series.width, 2.0));
        page.text({frame.right + 42, at + 4}, series.name, {12, ink});
        at += legend_row_pixels;
    }
}

}  // namespace

std::string to_svg(const Plot& plot) {
    std::vector<double> xs;
    std::vector<double> ys;
    for (const Series& series : plot.series) {
        for (const PlotPoint& point : series.points) {
            xs.push_back(point.x);
            ys.push_back(point.y);
        }
    }
    for (const ReferenceLine& line : plot.lines) ys.push_back(line.y);
    const AxisTicks x(plot.x, xs);
    const AxisTicks y(plot.y, ys);
    const Frame frame = lay_out(plot);

    svg::Document page(plot.width, plot.height, plot.title);
    double text_at = 28;
    if (!plot.title.empty()) page.text({frame.left, text_at}, plot.title, {17, ink, svg::Anchor::start, true});
    if (!plot.title.empty()) text_at += 20;
    if (!plot.subtitle.empty()) page.text({frame.left, text_at}, plot.subtitle, {13, "#666666"});
    draw_axes(page, plot, frame, x, y);
    draw_reference_lines(page, plot, frame, y);
    bool drawn = false;
    for (std::size_t i = 0; i < plot.series.size(); ++i) {
        drawn = draw_series(page, plot.series[i], colour_of(plot, i), frame, x, y) || drawn;
    }
    if (!drawn) {
        page.text({(frame.left + frame.right) / 2, (frame.top + frame.bottom) / 2}, "nothing to draw yet",
                  {14, "#888888", svg::Anchor::middle});
    }
    draw_legend(page, plot, frame);
    return page.str();
}

}  // namespace atl::report
