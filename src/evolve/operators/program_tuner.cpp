// SPDX-License-Identifier: Apache-2.0
// CMA-ES over hoisted literals, a generation at a time.
#include "atoll/evolve/program_tuner.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "atoll/evolve/program_genome.hpp"
#include "atoll/evolve/program_literals.hpp"
#include "atoll/optimize/cma_es.hpp"

namespace atl::evolve {
namespace {

constexpr double worst = std::numeric_limits<double>::infinity();
/// What a step of one is for a literal that is zero.
constexpr double scale_of_zero = 0.5;

bool all_finite(const std::vector<double>& values) {
    return std::all_of(values.begin(), values.end(), [](double value) { return std::isfinite(value); });
}

}  // namespace

/// One program on its way through the search.
struct ProgramTuner::Trial {
    const std::string& text;
    Hoisted hoisted;
    std::vector<double> scale;
    Tuned tuned;
    bool failed = false;  ///< a whole generation brought nothing: no use going on
};

ProgramTuner::ProgramTuner(std::shared_ptr<const problems::ProgramProblem> problem,
                           std::shared_ptr<const ProgramRunner> runner, std::uint64_t maximum_calls)
    : problem_(std::move(problem)), runner_(std::move(runner)), maximum_calls_(maximum_calls) {}

/// Smaller is better.
double ProgramTuner::merit_of(const std::string& result) const {
    const problems::Judgement judgement = problem_->judge(problems::open_instances, std::span(&result, 1));
    if (!judgement.verdict.ok() || !judgement.score.scored()) return worst;
    const double value = proven_value(judgement.score, problem_->direction());
    return problem_->direction() == Direction::maximize ? -value : value;
}

std::vector<double> ProgramTuner::merits(Trial& trial, std::span<const std::vector<double>> sets) const {
    const problems::Stage& stage = problem_->stages(problems::open_instances).front();
    std::vector<double> values;
    trial.tuned.calls += sets.size();
    if (runner_->language() == problems::Language::cpp) {
        const ProgramRun run = runner_->run_sets(trial.hoisted.structure, sets, stage);
        trial.tuned.cpu_seconds += run.cpu_seconds;
        for (const std::string& result : run.results) values.push_back(merit_of(result));
        values.resize(sets.size(), worst);
    } else {
        for (const std::vector<double>& set : sets) {
            const Candidate candidate{std::string(program_genome), with_values(trial.text, set, runner_->language())};
            const ProgramRun run = runner_->run(candidate, stage);
            trial.tuned.cpu_seconds += run.cpu_seconds;
            values.push_back(run.verdict.ok() ? merit_of(run.results.front()) : worst);
        }
    }
    trial.failed = std::none_of(values.begin(), values.end(), [](double value) { return std::isfinite(value); });
    return values;
}

Tuned ProgramTuner::tune(const std::string& text, RandomStream& random) const {
    Trial trial{text, hoist_literals(text, runner_->language()), {}, {text, 0, 0}, false};
    const std::vector<double>& start = trial.hoisted.values;
    if (start.empty()) return std::move(trial.tuned);
    for (const double value : start) trial.scale.push_back(value == 0 ? scale_of_zero : std::fabs(value));

    double best = merits(trial, std::span(&start, 1)).front();
    optimize::CmaEsOptions options;
    options.initial_step = 0.01 * std::pow(100.0, random.uniform());
    optimize::CmaEsState state = optimize::start_cma_es(std::vector<double>(start.size(), 0.0), {}, {}, options);
    while (!trial.failed && trial.tuned.calls + state.population <= maximum_calls_) {
        const std::vector<std::vector<double>> points = optimize::ask(state, random);
        std::vector<std::vector<double>> sets;
        for (const std::vector<double>& point : points) {
            std::vector<double>& set = sets.emplace_back(start);
            for (std::size_t i = 0; i < set.size(); ++i) set[i] += trial.scale[i] * point[i];
            if (!all_finite(set)) set = start;
        }
        const std::vector<double> values = merits(trial, sets);
        for (std::size_t i = 0; i < sets.size(); ++i) {
            if (!(values[i] < best)) continue;
            best = values[i];
            trial.tuned.text = with_values(text, sets[i], runner_->language());
        }
        optimize::tell(state, points, values);
    }
    return std::move(trial.tuned);
}

}  // namespace atl::evolve
