// SPDX-License-Identifier: Apache-2.0
// Drawings of solutions.
#include "atoll/report/drawing.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "report/xml_check.hpp"

namespace atl::report {
namespace {

using test::occurrences;
using test::xml_error;

TEST(Drawing, shows_each_circle_and_the_frame) {
    problems::Figure figure;
    figure.shapes = {{0.25, 0.25, 0.25}, {0.75, 0.75, 0.25}};
    figure.links = {{0, 1}};
    const std::string svg = to_svg(figure, "two <circles>", "proven [1, 1]");
    EXPECT_EQ(xml_error(svg), "");
    EXPECT_EQ(occurrences(svg, "<circle"), 2U);
    EXPECT_EQ(occurrences(svg, "<line"), 1U);
    EXPECT_EQ(occurrences(svg, "<rect"), 2U);  // page and frame
    EXPECT_EQ(svg, to_svg(figure, "two <circles>", "proven [1, 1]"));
}

TEST(Drawing, y_points_upwards) {
    problems::Figure figure;
    figure.shapes = {{0.5, 1.0, 0}};
    // title-less page: the frame's top lies at the margin, 28 pixels
    EXPECT_EQ(occurrences(to_svg(figure, ""), "cy=\"28\""), 1U);
}

TEST(Drawing, without_a_frame_fits_the_shapes) {
    problems::Figure figure;
    figure.draw_frame = false;
    figure.shapes = {{-100, 5, 0}, {300, 5, 0}, {100, 105, 0}};
    const std::string svg = to_svg(figure, "points");
    EXPECT_EQ(xml_error(svg), "");
    EXPECT_EQ(occurrences(svg, "<rect"), 1U);
    EXPECT_EQ(occurrences(svg, "cx=\"28\""), 1U);
    EXPECT_EQ(occurrences(svg, "cx=\"612\""), 1U);
}

TEST(Drawing, leaves_out_what_can_not_be_drawn) {
    problems::Figure figure;
    constexpr double infinity = std::numeric_limits<double>::infinity();
    constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
    figure.shapes = {{not_a_number, 0, 0.1}, {0.5, infinity, 0.1}, {0.5, 0.5, -1}, {0.5, 0.5, 0.25}};
    figure.links = {{0, 3}, {3, 99}};
    const std::string svg = to_svg(figure, "");
    EXPECT_EQ(xml_error(svg), "");
    EXPECT_EQ(occurrences(svg, "<circle"), 1U);
    EXPECT_EQ(occurrences(svg, "<line"), 0U);
}

TEST(Drawing, of_nothing_or_of_one_point_is_still_a_page) {
    problems::Figure figure;
    figure.draw_frame = false;
    EXPECT_EQ(xml_error(to_svg(figure, "")), "");
    figure.shapes = {{3, 4, 0}};
    const std::string svg = to_svg(figure, "");
    EXPECT_EQ(xml_error(svg), "");
    EXPECT_EQ(occurrences(svg, "cx=\"320\""), 1U);
    figure.draw_frame = true;
    figure.frame_right = figure.frame_left;
    EXPECT_EQ(xml_error(to_svg(figure, "")), "");
}

}  // namespace
}  // namespace atl::report
