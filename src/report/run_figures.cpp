// SPDX-License-Identifier: Apache-2.0
// Draws how a run converged and what it found.
#include "atoll/report/run_figures.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <optional>
#include <system_error>

#include "atoll/core/error.hpp"
#include "atoll/core/file.hpp"
#include "atoll/evolve/vector_genome.hpp"
#include "atoll/journal/reader.hpp"
#include "atoll/report/comparison.hpp"
#include "atoll/report/drawing.hpp"
#include "atoll/report/numbers.hpp"
#include "report/timeline.hpp"

namespace atl::report {

namespace {

/// More lines than this can not be told apart: the islands then share one grey.
constexpr std::size_t most_coloured_islands = 8;
constexpr const char* run_colour = "#000000";
constexpr const char* crowd_colour = "#b8c7d3";

/// Best proven values so far, a point for each improvement.
struct Improvements {
    std::map<std::uint32_t, std::vector<PlotPoint>> islands;
    std::vector<PlotPoint> run;
    double last_seconds = 0;
};

Improvements find_improvements(const journal::RunContents& contents, Direction direction) {
    Improvements found;
    std::map<std::uint32_t, Score> best;
    Score best_of_run;
    for (const Moment& moment : timeline(contents)) {
        found.last_seconds = std::max(found.last_seconds, moment.elapsed_seconds);
        if (moment.evaluation == nullptr || !moment.evaluation->verdict.ok()) continue;
        const Score& score = moment.evaluation->score;
        const PlotPoint point{moment.elapsed_seconds, proven_value(score, direction)};
        if (!std::isfinite(point.y)) continue;
        Score& island_best = best[moment.island];
        if (!better(score, island_best, direction)) continue;
        island_best = score;
        found.islands[moment.island].push_back(point);
        if (!better(score, best_of_run, direction)) continue;
        best_of_run = score;
        found.run.push_back(point);
    }
    // each line goes on to the end of the run
    for (auto& [island, points] : found.islands) points.push_back({found.last_seconds, points.back().y});
    if (!found.run.empty()) found.run.push_back({found.last_seconds, found.run.back().y});
    return found;
}

/// Turns values into distances to `reference`; below `floor` (reached, or equal to rounding) they lie on it.
void to_gaps(std::vector<PlotPoint>& points, double reference, double floor) {
    for (PlotPoint& point : points) point.y = std::max(std::abs(point.y - reference), floor);
}

void plot_gaps(Plot& plot, Improvements& found, double reference, const RunFacts& facts) {
    // smaller distances than some roundings of the score itself mean nothing
    const double floor = std::max(std::abs(reference), 1e-300) * 8 * std::numeric_limits<double>::epsilon();
    to_gaps(found.run, reference, floor);
    for (auto& [island, points] : found.islands) to_gaps(points, reference, floor);
    for (const Comparison& row : compare(Score{}, facts)) {
        if (row.published.other_instances) continue;
        // one on the far side (published without proof) can not be drawn as a distance
        const double beyond =
            facts.direction == Direction::maximize ? row.published.value - reference : reference - row.published.value;
        const double gap = -beyond;
        if (gap > floor) plot.lines.push_back({row.published.who, gap});
    }
    plot.y.scale = Scale::logarithmic;
}

void add_series(Plot& plot, const Improvements& found) {
    const bool crowded = found.islands.size() > most_coloured_islands;
    bool named = false;
    for (const auto& [island, points] : found.islands) {
        Series series{"", points, true, 1.4, crowded ? crowd_colour : ""};
        if (!crowded) series.name = "island " + std::to_string(island);
        if (crowded && !named) series.name = std::to_string(found.islands.size()) + " islands";
        named = true;
        plot.series.push_back(std::move(series));
    }
    // the run on top where there is more than one line to tell it from
    if (found.islands.size() > 1) plot.series.push_back({"run", found.run, true, 2.2, run_colour});
}

const EvaluationRecord* best_record(const journal::RunContents& contents, Direction direction) {
    const EvaluationRecord* best = nullptr;
    for (const EvaluationRecord& record : contents.evaluations) {
        if (!record.verdict.ok() || !record.score.scored()) continue;
        const bool is_better = best == nullptr || better(record.score, best->score, direction);
        const bool is_equal = !is_better && !better(best->score, record.score, direction);
        if (is_better || (is_equal && record.key < best->key)) best = &record;
    }
    return best;
}

void make_directory(const std::filesystem::path& directory) {
    std::error_code error;
    std::filesystem::create_directories(directory, error);
    if (error) {
        throw InfrastructureError("can not make the folder " + directory.string() + ": " + error.message() +
                                  "; name another one with --out");
    }
}

}  // namespace

Plot convergence_plot(const journal::RunContents& contents, const RunFacts& facts) {
    Improvements found = find_improvements(contents, facts.direction);
    Plot plot;
    plot.title = facts.problem.empty() ? "convergence" : facts.problem + ": convergence";
    plot.x.label = "elapsed seconds";
    plot.y.label = std::string("best proven value so far (") + std::string(to_string(facts.direction)) + ")";
    if (!found.run.empty()) {
        plot.subtitle = "best proven " + exact_number(found.run.back().y) + " after " +
                        duration(found.run.size() > 1 ? found.run[found.run.size() - 2].x : found.run.back().x);
        // from hundredths of a second to hours: early progress would be a vertical line on a linear scale
        const double first = found.run.front().x;
        if (first > 0 && found.last_seconds > 20 * first) plot.x.scale = Scale::logarithmic;
    }
    if (facts.best_known && !found.run.empty()) {
        const double last = found.run.back().y;
        const double known = facts.best_known->value;
        const bool beaten = better(Score{last, last}, Score{known, known}, facts.direction);
        const double reference = beaten ? last : known;
        plot.y.label = beaten ? "distance to this run's best" : "distance to the best value known";
        plot.subtitle += "; best known " + exact_number(known);
        plot_gaps(plot, found, reference, facts);
    }
    add_series(plot, found);
    return plot;
}

bool write_solution_figure(const problems::VectorProblem& problem, std::span<const double> x,
                           const std::filesystem::path& file) {
    const auto figure = problem.figure(x);
    if (!figure) return false;
    const problems::Judgement judged = problem.judge(x);
    const std::string subtitle =
        judged.verdict.ok() ? "proven " + interval(judged.score) : "not valid: " + std::string(judged.verdict.line());
    write_file_atomically(file, to_svg(*figure, problem.name(), subtitle));
    return true;
}

std::vector<std::filesystem::path> write_figures(const journal::RunContents& contents, const RunFacts& facts,
                                                 const problems::VectorProblem* problem,
                                                 const std::filesystem::path& directory) {
    make_directory(directory);
    std::vector<std::filesystem::path> written{directory / "convergence.svg"};
    write_file_atomically(written.back(), to_svg(convergence_plot(contents, facts)));

    const EvaluationRecord* best = best_record(contents, facts.direction);
    const bool drawable = problem != nullptr && best != nullptr && best->candidate.genome == evolve::vector_genome &&
                          !best->candidate.bytes.empty();
    const std::filesystem::path solution = directory / "solution.svg";
    if (drawable && write_solution_figure(*problem, evolve::decode_vector(best->candidate), solution)) {
        written.push_back(solution);
    }
    return written;
}

}  // namespace atl::report
