// SPDX-License-Identifier: Apache-2.0
// Plots: well-formed, deterministic, and drawn where the numbers say.
#include "atoll/report/plot.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "report/axis_ticks.hpp"
#include "report/svg.hpp"
#include "report/xml_check.hpp"

namespace atl::report {
namespace {

using test::occurrences;
using test::xml_error;

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

Plot simple_plot() {
    Plot plot;
    plot.title = "a plot";
    plot.x.label = "x";
    plot.y.label = "y";
    plot.series = {{"first", {{0, 1}, {1, 3}, {2, 2}}}, {"second", {{0, 2}, {2, 4}}, true}};
    return plot;
}

TEST(XmlCheck, finds_what_it_is_for) {
    const std::string head = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
    EXPECT_EQ(xml_error(head + "<a b=\"1\"><c/>x &amp; y</a>\n"), "");
    EXPECT_NE(xml_error("<a/>"), "");
    EXPECT_NE(xml_error(head), "");
    EXPECT_NE(xml_error(head + "<a><b></a></b>"), "");
    EXPECT_NE(xml_error(head + "<a>x & y</a>"), "");
    EXPECT_NE(xml_error(head + "<a b=\"<\"/>"), "");
    EXPECT_NE(xml_error(head + "<a/><a/>"), "");
    EXPECT_NE(xml_error(head + "<a>\x01</a>"), "");
    EXPECT_NE(xml_error(head + "<a b=\"1\" b=\"2\"/>"), "");
}

TEST(Plot, is_well_formed_and_the_same_bytes_each_time) {
    const std::string svg = to_svg(simple_plot());
    EXPECT_EQ(xml_error(svg), "");
    EXPECT_EQ(svg, to_svg(simple_plot()));
    EXPECT_EQ(occurrences(svg, "<polyline"), 2U);
    EXPECT_EQ(occurrences(svg, ">first</text>"), 1U);
}

TEST(Plot, hostile_texts_can_not_break_out_of_the_document) {
    Plot plot = simple_plot();
    const std::string hostile = "</svg><script>\"'&\x01\xff\xed\xa0\x80";
    plot.title = plot.subtitle = plot.x.label = plot.y.label = plot.series[0].name = hostile;
    plot.series[0].colour = "\"/><script";
    plot.lines = {{hostile, 2}};
    const std::string svg = to_svg(plot);
    EXPECT_EQ(xml_error(svg), "");
    EXPECT_EQ(occurrences(svg, "<script"), 0U);
}

TEST(Plot, without_a_drawable_point_says_so) {
    Plot plot = simple_plot();
    plot.series = {{"nothing", {{0, not_a_number}, {infinity, 1}}}};
    const std::string svg = to_svg(plot);
    EXPECT_EQ(xml_error(svg), "");
    EXPECT_EQ(occurrences(svg, "nothing to draw yet"), 1U);
    EXPECT_EQ(occurrences(svg, "nan"), 0U);
    EXPECT_EQ(occurrences(svg, "inf"), 0U);
    EXPECT_EQ(xml_error(to_svg(Plot{})), "");
}

TEST(Plot, a_point_that_is_not_finite_breaks_the_line) {
    Plot plot = simple_plot();
    plot.series = {{"", {{0, 1}, {1, 2}, {2, not_a_number}, {3, 2}, {4, 3}}}};
    EXPECT_EQ(occurrences(to_svg(plot), "<polyline"), 2U);
}

TEST(Plot, a_logarithmic_axis_leaves_out_zero_and_below) {
    Plot plot = simple_plot();
    plot.y.scale = Scale::logarithmic;
    plot.series = {{"", {{0, 1}, {1, 0.1}, {2, 0}, {3, -1}, {4, 0.001}}}};
    const std::string svg = to_svg(plot);
    EXPECT_EQ(xml_error(svg), "");
    EXPECT_EQ(occurrences(svg, "<polyline"), 1U);
    EXPECT_EQ(occurrences(svg, "<circle"), 1U);
}

TEST(Plot, a_step_line_turns_only_at_right_angles) {
    Plot plot;
    plot.series = {{"", {{0, 0}, {1, 1}}, true}};
    const std::string svg = to_svg(plot);
    const std::string mark = "<polyline points=\"";
    const std::size_t begin = svg.find(mark) + mark.size();
    const std::string points = svg.substr(begin, svg.find('"', begin) - begin);
    EXPECT_EQ(occurrences(points, " "), 2U) << points;
    // "x0,y0 x1,y0 x1,y1"
    const std::string y0 = points.substr(points.find(',') + 1, points.find(' ') - points.find(',') - 1);
    EXPECT_EQ(occurrences(points, "," + y0), 2U) << points;
}

TEST(Plot, extreme_numbers_stay_on_the_page) {
    for (const double size : {1e-320, 1e-12, 1.0, 1e12, 1e308}) {
        for (const Scale scale : {Scale::linear, Scale::logarithmic}) {
            Plot plot;
            plot.x.scale = plot.y.scale = scale;
            plot.series = {{"s", {{size, size}, {size * 1.5, size * 1.25}}}};
            plot.lines = {{"line", size}};
            const std::string svg = to_svg(plot);
            EXPECT_EQ(xml_error(svg), "") << size;
            EXPECT_EQ(occurrences(svg, "nan") + occurrences(svg, "inf"), 0U) << size;
            EXPECT_EQ(occurrences(svg, "1000000"), 0U) << size;
        }
    }
}

TEST(AxisTicks, linear_steps_are_round_and_inside_the_limits) {
    const AxisTicks axis({}, {0, 10});
    std::string labels;
    for (const Tick& tick : axis.ticks()) {
        labels += tick.label + " ";
        EXPECT_GE(axis.place(tick.value), -1e-12);
        EXPECT_LE(axis.place(tick.value), 1 + 1e-12);
    }
    EXPECT_EQ(labels, "0 2 4 6 8 10 ");
}

TEST(AxisTicks, close_values_get_labels_that_differ) {
    const AxisTicks axis({}, {2.6359830, 2.6359831});
    ASSERT_GE(axis.ticks().size(), 3U);
    for (std::size_t i = 1; i < axis.ticks().size(); ++i) EXPECT_NE(axis.ticks()[i].label, axis.ticks()[i - 1].label);
}

TEST(AxisTicks, many_decades_are_thinned_out) {
    Axis axis;
    axis.scale = Scale::logarithmic;
    const AxisTicks ticks(axis, {1e-16, 1.0});
    std::size_t labelled = 0;
    for (const Tick& tick : ticks.ticks()) labelled += tick.is_power || !tick.label.empty() ? 1U : 0U;
    EXPECT_GE(labelled, 4U);
    EXPECT_LE(labelled, 10U);
}

TEST(AxisTicks, the_limits_given_are_kept) {
    Axis axis;
    axis.lower = -1;
    axis.upper = 3;
    const AxisTicks ticks(axis, {0, 100});
    EXPECT_EQ(ticks.lower(), -1);
    EXPECT_EQ(ticks.upper(), 3);
    EXPECT_DOUBLE_EQ(ticks.place(1), 0.5);
}

TEST(Svg, pixels_are_short_fixed_point_numbers) {
    EXPECT_EQ(svg::pixels(1.0), "1");
    EXPECT_EQ(svg::pixels(-0.001), "0");
    EXPECT_EQ(svg::pixels(12.346), "12.35");
    EXPECT_EQ(svg::pixels(10), "10");
    EXPECT_EQ(svg::pixels(not_a_number), "0");
    EXPECT_EQ(svg::pixels(1e300), "1000000");
}

TEST(Svg, text_keeps_unicode_and_replaces_what_xml_forbids) {
    EXPECT_EQ(svg::escaped("Erd\u0151s \U0001F600"), "Erd\u0151s \U0001F600");
    EXPECT_EQ(svg::escaped("a<b>&\"'"), "a&lt;b&gt;&amp;&quot;&#39;");
    EXPECT_EQ(svg::escaped(std::string("\0\x1f", 2)), "??");
    EXPECT_EQ(svg::escaped("\xc0\x80"), "??");            // overlong zero
    EXPECT_EQ(svg::escaped("\xe2\x82"), "??");            // cut off
    EXPECT_EQ(svg::escaped("\xed\xa0\x80"), "???");       // surrogate
    EXPECT_EQ(svg::escaped("\xf4\x90\x80\x80"), "????");  // beyond Unicode
    EXPECT_EQ(svg::escaped("\xef\xbf\xbf"), "???");       // U+FFFF
}

}  // namespace
}  // namespace atl::report
