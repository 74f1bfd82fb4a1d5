// SPDX-License-Identifier: Apache-2.0
// Private to report: the few SVG elements that plots and drawings are made of.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace atl::report::svg {

/// Text as XML character data and attribute value: markup escaped, bytes that XML 1.0 or UTF-8 forbid replaced by "?".
std::string escaped(std::string_view text);

/// A coordinate in pixels, two decimals, never "-0" and never an exponent.
std::string pixels(double value);

struct Position {
    double x = 0;
    double y = 0;
};

enum class Anchor { start, middle, end };

struct TextStyle {
    int size_pixels = 13;
    const char* colour = "#333333";
    Anchor anchor = Anchor::start;
    bool bold = false;
    bool upwards = false;  ///< turned by 90 degrees, read from below
    bool halo = false;     ///< white rim, to stay readable above lines
};

/// Invariant: what str() returns is one well-formed document, because every text goes through escaped().
class Document {
public:
    Document(std::uint32_t width, std::uint32_t height, std::string_view title);

    void text(Position at, std::string_view content, const TextStyle& style);
    /// 10 to the given power, the exponent raised.
    void power_of_ten(Position at, int exponent, const TextStyle& style);
    void line(Position from, Position to, std::string_view colour, double width, std::string_view dashes = "");
    void polyline(const std::vector<Position>& points, std::string_view colour, double width);
    void rectangle(Position corner, double width, double height, std::string_view fill, std::string_view stroke);
    void circle(Position centre, double radius, std::string_view fill, std::string_view stroke, double stroke_width);

    std::string str() const;

private:
    void open_text(Position at, const TextStyle& style);
    std::string body_;
};

}  // namespace atl::report::svg
