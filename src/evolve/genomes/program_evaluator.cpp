// SPDX-License-Identifier: Apache-2.0
// The cascade.
#include "atoll/evolve/program_evaluator.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "atoll/core/number.hpp"
#include "atoll/evolve/program_genome.hpp"
#include "atoll/evolve/vector_evaluator.hpp"
#include "atoll/evolve/vector_genome.hpp"

namespace atl::evolve {
namespace {

engine::EvaluationOutcome judged_text(const problems::ProgramProblem& problem, const Candidate& candidate) {
    engine::EvaluationOutcome outcome;
    if (candidate.genome != program_genome || candidate.bytes.size() > program_text_max_bytes) {
        outcome.verdict = {VerdictKind::wrong, "not_a_program", "the candidate is no program, or longer than 1 MiB"};
        return outcome;
    }
    problems::Judgement judgement = problem.judge_text(candidate.bytes);
    outcome.verdict = std::move(judgement.verdict);
    outcome.score = judgement.score;
    outcome.metrics = std::move(judgement.metrics);
    return outcome;
}

}  // namespace

ProgramEvaluator::ProgramEvaluator(std::shared_ptr<const problems::ProgramProblem> problem,
                                   std::shared_ptr<const ProgramRunner> runner, std::vector<double> thresholds)
    : problem_(std::move(problem)), runner_(std::move(runner)), thresholds_(std::move(thresholds)) {}

engine::EvaluationOutcome ProgramEvaluator::evaluate(const engine::EvaluationRequest& request) const {
    ProgramRun last;
    return evaluate(request, last);
}

engine::EvaluationOutcome ProgramEvaluator::evaluate(const engine::EvaluationRequest& request, ProgramRun& last) const {
    if (request.candidate->genome == vector_genome && problem_->vectors() != nullptr) {
        return judge_vector(*problem_->vectors(), *request.candidate);
    }
    if (problem_->judges_text()) return judged_text(*problem_, *request.candidate);
    engine::EvaluationOutcome outcome;
    const bool open = request.instance_set == problems::open_instances;
    const std::vector<problems::Stage>& stages = problem_->stages(request.instance_set);
    std::vector<std::string> results;
    std::vector<Metric> reached_before;  // the score in each stage but the last
    for (std::uint32_t i = 0; i < stages.size(); ++i) {
        outcome.stage = i;
        last = runner_->run(*request.candidate, stages[i]);
        outcome.wall_seconds += last.wall_seconds;
        outcome.cpu_seconds += last.cpu_seconds;
        outcome.peak_bytes = std::max(outcome.peak_bytes, last.execution.peak_bytes);
        outcome.verdict = last.verdict;
        outcome.score = {};
        if (!outcome.verdict.ok()) return outcome;
        results.push_back(std::move(last.results.front()));
        problems::Judgement judgement = problem_->judge(request.instance_set, results);
        outcome.verdict = std::move(judgement.verdict);
        outcome.metrics = std::move(judgement.metrics);
        outcome.metrics.insert(outcome.metrics.end(), reached_before.begin(), reached_before.end());
        if (!outcome.verdict.ok()) return outcome;
        outcome.score = judgement.score;
        const double reached = proven_value(outcome.score, problem_->direction());
        reached_before.push_back({stages[i].name + "_score", reached, ""});
        if (!open || i + 1 == stages.size() || i >= thresholds_.size() || !std::isfinite(thresholds_[i])) continue;
        const bool minimize = problem_->direction() == Direction::minimize;
        if (minimize ? reached <= thresholds_[i] : reached >= thresholds_[i]) continue;
        outcome.verdict = {
            VerdictKind::wrong, "below_threshold",
            fmt::format("stage {}: {}, and {} is asked", stages[i].name, shortest(reached), shortest(thresholds_[i]))};
        outcome.score = {};
        return outcome;
    }
    return outcome;
}

}  // namespace atl::evolve
