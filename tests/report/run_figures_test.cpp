// SPDX-License-Identifier: Apache-2.0
// The figures of a run.
#include "atoll/report/run_figures.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "atoll/core/error.hpp"
#include "report/example_run.hpp"
#include "report/xml_check.hpp"

namespace atl::report {
namespace {

using test::PointsProblem;
using test::two_islands;
using test::two_islands_facts;
using test::xml_error;

class RunFigures : public ::testing::Test {
public:
    ~RunFigures() override {
        std::error_code ignored;
        std::filesystem::remove_all(folder_, ignored);
    }

protected:
    RunFigures() {
        const auto* info = ::testing::UnitTest::GetInstance()->current_test_info();
        folder_ = std::filesystem::path(::testing::TempDir()) /
                  ("atoll-" + std::string(info->name()) + "-" + std::to_string(::getpid()));
        std::filesystem::remove_all(folder_);
        std::filesystem::create_directories(folder_);
    }
    static std::string content(const std::filesystem::path& path) {
        std::ifstream in(path, std::ios::binary);
        return {std::istreambuf_iterator<char>(in), {}};
    }
    std::filesystem::path folder_;
};

TEST(ConvergencePlot, has_a_line_an_island_and_a_thick_one_for_the_run) {
    const Plot plot = convergence_plot(two_islands(), two_islands_facts());
    ASSERT_EQ(plot.series.size(), 3U);
    EXPECT_EQ(plot.series[0].name, "island 0");
    EXPECT_EQ(plot.series[2].name, "run");
    EXPECT_GT(plot.series[2].width, plot.series[0].width);
    // distances to the best known 2.5: 1.5 at 1 s, 1.0 at 3 s, then level to the last record
    ASSERT_EQ(plot.series[0].points.size(), 3U);
    EXPECT_DOUBLE_EQ(plot.series[0].points[0].y, 1.5);
    EXPECT_DOUBLE_EQ(plot.series[0].points[1].y, 1.0);
    EXPECT_DOUBLE_EQ(plot.series[0].points[2].x, 8.0);
    EXPECT_EQ(plot.y.scale, Scale::logarithmic);
    ASSERT_EQ(plot.lines.size(), 2U);
    EXPECT_DOUBLE_EQ(plot.lines[0].y, 2.5 - 1.9);
}

TEST(ConvergencePlot, measures_from_the_run_itself_where_it_beats_the_best_known) {
    RunFacts facts = two_islands_facts();
    facts.best_known->value = 2.0 - 1e-12;  // by last digits only: still nothing may lie at distance zero
    const Plot close = convergence_plot(two_islands(), facts);
    EXPECT_NE(close.y.label.find("this run's best"), std::string::npos);
    facts.best_known->value = 1.95;
    const Plot plot = convergence_plot(two_islands(), facts);
    EXPECT_NE(plot.y.label.find("this run's best"), std::string::npos);
    for (const PlotPoint& point : plot.series.back().points) EXPECT_GT(point.y, 0.0);
    ASSERT_EQ(plot.lines.size(), 3U);
    EXPECT_NEAR(plot.lines[0].y, 0.05, 1e-12);
}

TEST(ConvergencePlot, a_value_claimed_beyond_the_best_known_is_no_line) {
    RunFacts facts = two_islands_facts();
    facts.published.push_back({"overlaps by 1e-7", 2.6, false, ""});
    EXPECT_EQ(convergence_plot(two_islands(), facts).lines.size(), 2U);
    facts.direction = Direction::minimize;
    facts.best_known->value = 0.5;
    for (const ReferenceLine& line : convergence_plot(two_islands(), facts).lines) EXPECT_GT(line.y, 0.0);
}

TEST(ConvergencePlot, shows_values_where_nothing_is_known) {
    RunFacts facts = two_islands_facts();
    facts.best_known.reset();
    facts.published.clear();
    const Plot plot = convergence_plot(two_islands(), facts);
    EXPECT_EQ(plot.y.scale, Scale::linear);
    EXPECT_DOUBLE_EQ(plot.series[2].points.back().y, 2.0);
    EXPECT_TRUE(plot.lines.empty());
}

TEST(ConvergencePlot, many_islands_share_one_entry_of_the_legend) {
    journal::RunContents contents;
    for (std::uint32_t island = 0; island < 40; ++island) {
        contents.evaluations.push_back(test::evaluation({island, 0, 0, 0}, "random", island, island, 1));
    }
    std::size_t named = 0;
    for (const Series& series : convergence_plot(contents, {}).series) named += series.name.empty() ? 0U : 1U;
    EXPECT_EQ(named, 2U);
}

TEST_F(RunFigures, writes_both_figures_well_formed) {
    journal::RunContents contents = two_islands();
    const PointsProblem problem;
    const std::vector<double> x{0.1, 0.2, 0.8, 0.9};
    contents.evaluations[5].candidate = evolve::encode_vector(x);
    const auto paths = write_figures(contents, facts_of(problem), &problem, folder_ / "figures");
    ASSERT_EQ(paths.size(), 2U);
    EXPECT_EQ(paths[0].filename(), "convergence.svg");
    EXPECT_EQ(paths[1].filename(), "solution.svg");
    for (const auto& path : paths) EXPECT_EQ(xml_error(content(path)), "") << path;
    EXPECT_NE(content(paths[1]).find("proven [2"), std::string::npos);
}

TEST_F(RunFigures, without_bytes_problem_or_figure_there_is_only_the_convergence) {
    journal::RunContents contents = two_islands();
    PointsProblem problem;
    EXPECT_EQ(write_figures(contents, {}, &problem, folder_).size(), 1U);
    EXPECT_EQ(write_figures(contents, {}, nullptr, folder_).size(), 1U);
    contents.evaluations[5].candidate = evolve::encode_vector(std::vector<double>{0, 0, 0, 0});
    problem.has_figure = false;
    EXPECT_EQ(write_figures(contents, {}, &problem, folder_).size(), 1U);
    EXPECT_FALSE(std::filesystem::exists(folder_ / "solution.svg"));
}

TEST_F(RunFigures, of_an_empty_run_is_an_empty_plot) {
    const auto paths = write_figures({}, two_islands_facts(), nullptr, folder_);
    ASSERT_EQ(paths.size(), 1U);
    EXPECT_EQ(xml_error(content(paths[0])), "");
    EXPECT_NE(content(paths[0]).find("nothing to draw yet"), std::string::npos);
}

TEST_F(RunFigures, a_folder_that_can_not_be_made_is_named) {
    std::ofstream(folder_ / "file") << "x";
    try {
        write_figures(two_islands(), {}, nullptr, folder_ / "file" / "figures");
        FAIL() << "a folder inside a file";
    } catch (const InfrastructureError& error) {
        EXPECT_NE(std::string(error.what()).find("file/figures"), std::string::npos) << error.what();
    }
}

}  // namespace
}  // namespace atl::report
