// SPDX-License-Identifier: Apache-2.0
// Decode, judge, measure.
#include "atoll/evolve/vector_evaluator.hpp"

#include <ctime>
#include <utility>

#include "atoll/core/error.hpp"
#include "atoll/evolve/vector_genome.hpp"

namespace atl::evolve {
namespace {

double seconds_of(clockid_t clock) {
    timespec now{};
    clock_gettime(clock, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

}  // namespace

VectorEvaluator::VectorEvaluator(std::shared_ptr<const problems::VectorProblem> problem)
    : problem_(std::move(problem)) {}

engine::EvaluationOutcome VectorEvaluator::evaluate(const engine::EvaluationRequest& request) const {
    return judge_vector(*problem_, *request.candidate);
}

engine::EvaluationOutcome judge_vector(const problems::VectorProblem& problem, const Candidate& candidate) {
    const double wall_start = seconds_of(CLOCK_MONOTONIC);
    const double cpu_start = seconds_of(CLOCK_THREAD_CPUTIME_ID);
    engine::EvaluationOutcome outcome;
    try {
        problems::Judgement judgement = problem.judge(decode_vector(candidate));
        outcome.verdict = std::move(judgement.verdict);
        outcome.score = judgement.score;
        outcome.metrics = std::move(judgement.metrics);
    } catch (const InputError& error) {
        outcome.verdict = {VerdictKind::wrong, "not_a_vector", error.what()};
    }
    outcome.wall_seconds = seconds_of(CLOCK_MONOTONIC) - wall_start;
    outcome.cpu_seconds = seconds_of(CLOCK_THREAD_CPUTIME_ID) - cpu_start;
    return outcome;
}

}  // namespace atl::evolve
