// SPDX-License-Identifier: Apache-2.0
// Places a problem's figure on a square page.
#include "atoll/report/drawing.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "report/svg.hpp"

namespace atl::report {

namespace {

constexpr double page_pixels = 640;
constexpr double margin_pixels = 28;
constexpr double point_pixels = 4.5;
constexpr const char* ink = "#333333";
constexpr const char* link_colour = "#d55e00";
constexpr const char* circle_fill = "#d7e8f5";
constexpr const char* circle_edge = "#0072b2";

bool drawable(const problems::Shape& shape) {
    return std::isfinite(shape.x) && std::isfinite(shape.y) && std::isfinite(shape.radius) && shape.radius >= 0;
}

/// What part of the plane is shown.
struct View {
    double left = 0, bottom = 0, right = 1, top = 1;
};

View view_of(const problems::Figure& figure) {
    View view{figure.frame_left, figure.frame_bottom, figure.frame_right, figure.frame_top};
    if (!figure.draw_frame) {
        constexpr double infinity = std::numeric_limits<double>::infinity();
        view = {infinity, infinity, -infinity, -infinity};
        for (const problems::Shape& shape : figure.shapes) {
            if (!drawable(shape)) continue;
            view.left = std::min(view.left, shape.x - shape.radius);
            view.right = std::max(view.right, shape.x + shape.radius);
            view.bottom = std::min(view.bottom, shape.y - shape.radius);
            view.top = std::max(view.top, shape.y + shape.radius);
        }
    }
    const bool finite =
        std::isfinite(view.left) && std::isfinite(view.right) && std::isfinite(view.bottom) && std::isfinite(view.top);
    if (!finite || view.left > view.right || view.bottom > view.top) return {};
    if (view.left == view.right && view.bottom == view.top) {
        return {view.left - 0.5, view.bottom - 0.5, view.right + 0.5, view.top + 0.5};
    }
    return view;
}

}  // namespace

std::string to_svg(const problems::Figure& figure, const std::string& title, const std::string& subtitle) {
    const View view = view_of(figure);
    const double room = page_pixels - 2 * margin_pixels;
    const double scale = room / std::max(view.right - view.left, view.top - view.bottom);
    const double head_pixels = (title.empty() ? 0 : 24) + (subtitle.empty() ? 0 : 20);
    const double height = (view.top - view.bottom) * scale + 2 * margin_pixels + head_pixels;
    const double from_left = (page_pixels - (view.right - view.left) * scale) / 2;
    const auto at = [&](double x, double y) {
        return svg::Position{from_left + (x - view.left) * scale, margin_pixels + head_pixels + (view.top - y) * scale};
    };

    svg::Document page(static_cast<std::uint32_t>(page_pixels), static_cast<std::uint32_t>(std::lround(height)), title);
    if (!title.empty()) page.text({margin_pixels, 34}, title, {17, ink, svg::Anchor::start, true});
    if (!subtitle.empty()) page.text({margin_pixels, title.empty() ? 32.0 : 54.0}, subtitle, {13, "#666666"});

    for (const problems::Shape& shape : figure.shapes) {
        if (!drawable(shape) || shape.radius == 0) continue;
        page.circle(at(shape.x, shape.y), shape.radius * scale, circle_fill, circle_edge, 1.2);
    }
    if (figure.draw_frame) {
        page.rectangle(at(view.left, view.top), (view.right - view.left) * scale, (view.top - view.bottom) * scale,
                       "none", ink);
    }
    for (const auto& [first, second] : figure.links) {
        if (first >= figure.shapes.size() || second >= figure.shapes.size()) continue;
        const problems::Shape& a = figure.shapes[first];
        const problems::Shape& b = figure.shapes[second];
        if (!drawable(a) || !drawable(b)) continue;
        page.line(at(a.x, a.y), at(b.x, b.y), link_colour, 1.2);
    }
    // above the links, so that points stay points
    for (const problems::Shape& shape : figure.shapes) {
        if (!drawable(shape) || shape.radius > 0) continue;
        page.circle(at(shape.x, shape.y), point_pixels, circle_edge, "#ffffff", 1);
    }
    return page.str();
}

}  // namespace atl::report
