// SPDX-License-Identifier: Apache-2.0
// For tests: records made by hand, and a small problem to report on.
#pragma once

#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "atoll/evolve/vector_genome.hpp"
#include "atoll/journal/reader.hpp"
#include "atoll/problems/vector_problem.hpp"
#include "atoll/report/run_facts.hpp"

namespace atl::report::test {

inline constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

inline EvaluationRecord evaluation(EvaluationKey key, std::string operator_name, double lower, double upper,
                                   double elapsed_seconds) {
    EvaluationRecord record;
    record.key = key;
    record.operator_name = std::move(operator_name);
    record.score = {lower, upper};
    record.objective_calls = 10;
    record.elapsed_seconds = elapsed_seconds;
    record.wall_seconds = 0.5;
    record.cpu_seconds = 0.25;
    return record;
}

inline EvaluationRecord failed(EvaluationKey key, std::string operator_name, Verdict verdict, double elapsed_seconds) {
    EvaluationRecord record = evaluation(key, std::move(operator_name), not_a_number, not_a_number, elapsed_seconds);
    record.verdict = std::move(verdict);
    return record;
}

/// Two islands, maximising. In the order of time: island 0 finds 1.0 (random), 1.5 (polish); island 1 finds 1.2
/// (random), a wrong one, receives 1.5 from island 0, finds 1.4 (random: no improvement after that), 2.0 (polish).
inline journal::RunContents two_islands() {
    journal::RunContents contents;
    contents.evaluations = {
        evaluation({0, 0, 0, 0}, "random", 1.0, 1.0, 1),
        evaluation({0, 1, 0, 0}, "polish", 1.5, 1.5, 3),
        evaluation({1, 0, 0, 0}, "random", 1.2, 1.2, 2),
        failed({1, 0, 1, 0}, "random", {VerdictKind::wrong, "circles_overlap", "circles 3 and 7 overlap by 1e-9"}, 2.5),
        evaluation({1, 1, 0, 0}, "random", 1.4, 1.4, 5),
        evaluation({1, 2, 0, 0}, "polish", 2.0, 2.125, 8),
    };
    contents.evaluations[4].cache_hit = true;
    contents.migrations = {{1, 0, 1, 1, {0, 1, 0, 0}, 4}};
    contents.events = {{"started", "2 ranks", 0}, {"finished", "time limit", 10}};
    return contents;
}

inline RunFacts two_islands_facts() {
    RunFacts facts;
    facts.problem = "toy";
    facts.direction = Direction::maximize;
    facts.seed = 7;
    facts.ranks = 2;
    facts.islands = 2;
    facts.best_known = problems::PublishedValue{"Sources", 2.5, true, "a paper"};
    facts.published = {{"AlphaEvolve", 1.75, true, "its results"}, {"FM Agent", 1.9, false, "table 4"}};
    return facts;
}

/// Pairs of coordinates in the unit square, scored by their sum; drawn as points.
class PointsProblem final : public problems::VectorProblem {
public:
    std::string name() const override { return "points"; }
    Direction direction() const override { return Direction::maximize; }
    std::span<const double> lower_bounds() const override { return lower_; }
    std::span<const double> upper_bounds() const override { return upper_; }
    problems::Judgement judge(std::span<const double> x) const override {
        const double sum = merit(x);
        return {{}, {sum, sum}, {}};
    }
    double merit(std::span<const double> x) const override {
        double sum = 0;
        for (const double value : x) sum += value;
        return sum;
    }
    std::vector<double> random_vector(RandomStream& random) const override {
        return {random.uniform(), random.uniform(), random.uniform(), random.uniform()};
    }
    bool make_feasible(std::span<double> x) const override { return x.size() == dimension(); }
    std::optional<problems::PublishedValue> best_known() const override {
        return problems::PublishedValue{"arithmetic", 4, true, "the upper bounds"};
    }
    std::optional<problems::Figure> figure(std::span<const double> x) const override {
        if (!has_figure) return std::nullopt;
        problems::Figure figure;
        for (std::size_t i = 0; i + 1 < x.size(); i += 2) figure.shapes.push_back({x[i], x[i + 1], 0});
        return figure;
    }

    bool has_figure = true;

private:
    std::vector<double> lower_ = {0, 0, 0, 0};
    std::vector<double> upper_ = {1, 1, 1, 1};
};

}  // namespace atl::report::test
