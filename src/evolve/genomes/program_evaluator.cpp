// SPDX-License-Identifier: Apache-2.0
// Run, read numbers, judge.
#include "atoll/evolve/program_evaluator.hpp"

#include <utility>

#include "atoll/core/error.hpp"
#include "atoll/evolve/vector_genome.hpp"

namespace atl::evolve {
namespace {

Verdict verdict_of_result(const sandbox::Execution& execution) {
    switch (execution.result_file) {
        case sandbox::ResultFile::read:
            return {};
        case sandbox::ResultFile::none:
            return {VerdictKind::wrong, "no_result", "the program ended without leaving a result"};
        case sandbox::ResultFile::too_large:
            return {VerdictKind::wrong, "result_too_large", "the result is larger than the problem allows"};
        case sandbox::ResultFile::not_a_file:
            return {VerdictKind::cheated, "result_not_a_file", "the result is a link or something else than a file"};
    }
    return {VerdictKind::infrastructure, "warden", "unknown state of the result"};
}

}  // namespace

ProgramEvaluator::ProgramEvaluator(problems::ProgramProblem problem,
                                   std::shared_ptr<const problems::VectorProblem> judge,
                                   std::shared_ptr<sandbox::Warden> warden, sandbox::Limits limits)
    : problem_(std::move(problem)), judge_(std::move(judge)), warden_(std::move(warden)), limits_(limits) {
    limits_.result_bytes = problem_.result_bytes;
}

engine::EvaluationOutcome ProgramEvaluator::evaluate(const engine::EvaluationRequest& request) const {
    sandbox::Execution execution;
    return evaluate(request, execution);
}

engine::EvaluationOutcome ProgramEvaluator::evaluate(const engine::EvaluationRequest& request,
                                                     sandbox::Execution& execution) const {
    engine::EvaluationOutcome outcome;
    if (request.candidate->genome != program_genome || request.candidate->bytes.size() > program_text_max_bytes) {
        outcome.verdict = {VerdictKind::wrong, "not_a_program", "the candidate is no program, or longer than 1 MiB"};
        return outcome;
    }
    sandbox::ExecutionRequest wanted;
    wanted.profile = sandbox::Profile::python;
    wanted.files = {{"program.py", request.candidate->bytes, false}, {"adapter.py", problem_.adapter, false}};
    wanted.words = {"program.py", "adapter.py"};
    wanted.limits = limits_;
    execution = warden_->run(wanted);
    outcome.wall_seconds = execution.wall_seconds;
    outcome.cpu_seconds = execution.cpu_seconds;
    outcome.peak_bytes = execution.peak_bytes;
    outcome.verdict = sandbox::verdict_of(execution, wanted);
    if (outcome.verdict.ok()) outcome.verdict = verdict_of_result(execution);
    if (!outcome.verdict.ok()) return outcome;
    try {
        const Candidate numbers{std::string(vector_genome), std::move(execution.result)};
        problems::Judgement judgement = judge_->judge(decode_vector(numbers));
        outcome.verdict = std::move(judgement.verdict);
        outcome.score = judgement.score;
        outcome.metrics = std::move(judgement.metrics);
    } catch (const InputError& error) {
        outcome.verdict = {VerdictKind::wrong, "not_a_vector", error.what()};
    }
    return outcome;
}

}  // namespace atl::evolve
