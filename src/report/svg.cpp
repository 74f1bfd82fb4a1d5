// SPDX-License-Identifier: Apache-2.0
// Writes SVG elements with escaped text and fixed-point numbers.
#include "report/svg.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <iterator>

namespace atl::report::svg {

namespace {

/// Length of the well-formed UTF-8 sequence at `place` that XML 1.0 allows (production 2), 0 when there is none.
std::size_t allowed_sequence(std::string_view text, std::size_t place) {
    const auto byte = [&](std::size_t i) { return static_cast<std::uint32_t>(static_cast<unsigned char>(text[i])); };
    const std::uint32_t first = byte(place);
    if (first < 0x80U) return first >= 0x20U || first == '\t' || first == '\n' || first == '\r' ? 1 : 0;
    const std::size_t length = first >= 0xF0U ? 4 : first >= 0xE0U ? 3 : first >= 0xC0U ? 2 : 0;
    if (length == 0 || first >= 0xF8U || place + length > text.size()) return 0;
    std::uint32_t code = first & (0x7FU >> length);
    for (std::size_t i = place + 1; i < place + length; ++i) {
        if ((byte(i) & 0xC0U) != 0x80U) return 0;
        code = (code << 6U) | (byte(i) & 0x3FU);
    }
    constexpr std::uint32_t shortest[] = {0, 0, 0x80U, 0x800U, 0x10000U};
    const bool surrogate = code >= 0xD800U && code <= 0xDFFFU;
    if (code < shortest[length] || code > 0x10FFFFU || surrogate || code == 0xFFFEU || code == 0xFFFFU) return 0;
    return length;
}

const char* anchor_name(Anchor anchor) {
    switch (anchor) {
        case Anchor::start:
            return "start";
        case Anchor::middle:
            return "middle";
        case Anchor::end:
            return "end";
    }
    return "start";
}

}  // namespace

std::string escaped(std::string_view text) {
    std::string result;
    for (std::size_t place = 0; place < text.size();) {
        const std::size_t length = allowed_sequence(text, place);
        if (length == 0) {
            result += '?';
            ++place;
            continue;
        }
        const std::string_view sequence = text.substr(place, length);
        if (sequence == "&") {
            result += "&amp;";
        } else if (sequence == "<") {
            result += "&lt;";
        } else if (sequence == ">") {
            result += "&gt;";
        } else if (sequence == "\"") {
            result += "&quot;";
        } else if (sequence == "'") {
            result += "&#39;";
        } else {
            result += sequence;
        }
        place += length;
    }
    return result;
}

std::string pixels(double value) {
    if (!std::isfinite(value)) return "0";
    // far beyond any page, yet short: a viewer clips it
    const double rounded = std::round(std::clamp(value, -1e6, 1e6) * 100.0) / 100.0;
    std::string text = fmt::format("{:.2f}", rounded == 0.0 ? 0.0 : rounded);
    text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == '.') text.pop_back();
    return text;
}

Document::Document(std::uint32_t width, std::uint32_t height, std::string_view title) {
    body_ = fmt::format(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<svg xmlns=\"http://www.w3.org/2000/svg\" version=\"1.1\" width=\"{0}\" height=\"{1}\" "
        "viewBox=\"0 0 {0} {1}\" font-family=\"Helvetica, Arial, sans-serif\">\n"
        "<title>{2}</title>\n"
        "<rect x=\"0\" y=\"0\" width=\"{0}\" height=\"{1}\" fill=\"#ffffff\"/>\n",
        width, height, escaped(title));
}

void Document::open_text(Position at, const TextStyle& style) {
    auto out = std::back_inserter(body_);
    fmt::format_to(out, "<text x=\"{}\" y=\"{}\" font-size=\"{}\" text-anchor=\"{}\"", pixels(at.x), pixels(at.y),
                   style.size_pixels, anchor_name(style.anchor));
    if (style.bold) body_ += " font-weight=\"bold\"";
    if (style.upwards) fmt::format_to(out, " transform=\"rotate(-90 {} {})\"", pixels(at.x), pixels(at.y));
}

void Document::text(Position at, std::string_view content, const TextStyle& style) {
    const std::string safe = escaped(content);
    if (style.halo) {
        // painted twice: SVG 1.1 has no paint-order
        open_text(at, style);
        body_ += " fill=\"none\" stroke=\"#ffffff\" stroke-width=\"4\" stroke-linejoin=\"round\">" + safe + "</text>\n";
    }
    open_text(at, style);
    body_ += fmt::format(" fill=\"{}\">{}</text>\n", style.colour, safe);
}

void Document::power_of_ten(Position at, int exponent, const TextStyle& style) {
    open_text(at, style);
    body_ += fmt::format(" fill=\"{}\">10<tspan dy=\"-5\" font-size=\"{}\">{}{}</tspan></text>\n", style.colour,
                         style.size_pixels - 3, exponent < 0 ? "\u2212" : "", std::abs(exponent));
}

void Document::line(Position from, Position to, std::string_view colour, double width, std::string_view dashes) {
    body_ += fmt::format("<line x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\" stroke=\"{}\" stroke-width=\"{}\"",
                         pixels(from.x), pixels(from.y), pixels(to.x), pixels(to.y), escaped(colour), pixels(width));
    if (!dashes.empty()) body_ += fmt::format(" stroke-dasharray=\"{}\"", escaped(dashes));
    body_ += "/>\n";
}

void Document::polyline(const std::vector<Position>& points, std::string_view colour, double width) {
    body_ += "<polyline points=\"";
    for (std::size_t i = 0; i < points.size(); ++i) {
        if (i > 0) body_ += ' ';
        body_ += pixels(points[i].x) + "," + pixels(points[i].y);
    }
    body_ += fmt::format("\" fill=\"none\" stroke=\"{}\" stroke-width=\"{}\" stroke-linejoin=\"round\"/>\n",
                         escaped(colour), pixels(width));
}

void Document::rectangle(Position corner, double width, double height, std::string_view fill, std::string_view stroke) {
    body_ +=
        fmt::format("<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"{}\" stroke=\"{}\"/>\n",
                    pixels(corner.x), pixels(corner.y), pixels(width), pixels(height), escaped(fill), escaped(stroke));
}

void Document::circle(Position centre, double radius, std::string_view fill, std::string_view stroke,
                      double stroke_width) {
    body_ += fmt::format("<circle cx=\"{}\" cy=\"{}\" r=\"{}\" fill=\"{}\" stroke=\"{}\" stroke-width=\"{}\"/>\n",
                         pixels(centre.x), pixels(centre.y), pixels(radius), escaped(fill), escaped(stroke),
                         pixels(stroke_width));
}

std::string Document::str() const { return body_ + "</svg>\n"; }

}  // namespace atl::report::svg
