// SPDX-License-Identifier: Apache-2.0
// One program, one stage, one confined process.
#include "atoll/evolve/program_runner.hpp"

#include <utility>

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

ProgramRunner::ProgramRunner(const problems::ProgramProblem& problem, std::shared_ptr<sandbox::ProgramHost> host,
                             sandbox::Limits limits)
    : language_(problem.language()), driver_(problem.driver()), host_(std::move(host)), limits_(limits) {}

ProgramRun ProgramRunner::run(const Candidate& candidate, const problems::Stage& stage) const {
    ProgramRun run;
    if (candidate.genome != program_genome || candidate.bytes.size() > program_text_max_bytes) {
        run.verdict = {VerdictKind::wrong, "not_a_program", "the candidate is no program, or longer than 1 MiB"};
        return run;
    }
    sandbox::ExecutionRequest wanted;
    wanted.limits = limits_;
    wanted.limits.result_bytes = stage.result_bytes;
    wanted.profile = sandbox::Profile::python;
    wanted.files = {{"program.py", candidate.bytes, false}, {"adapter.py", driver_, false}};
    wanted.words = {"program.py", "adapter.py"};
    if (!stage.input.empty()) wanted.files.push_back({"input", stage.input, false});
    run.execution = host_->warden().run(wanted);
    run.wall_seconds = run.execution.wall_seconds;
    run.cpu_seconds = run.execution.cpu_seconds;
    run.verdict = sandbox::verdict_of(run.execution, wanted);
    if (run.verdict.ok()) run.verdict = verdict_of_result(run.execution);
    if (run.verdict.ok()) run.results = {std::move(run.execution.result)};
    return run;
}

}  // namespace atl::evolve
