// SPDX-License-Identifier: Apache-2.0
// One program, one stage, one confined process.
#include "atoll/evolve/program_runner.hpp"

#include <utility>

#include "atoll/core/error.hpp"
#include "atoll/evolve/program_genome.hpp"
#include "atoll/evolve/program_literals.hpp"
#include "atoll/sandbox/native_program.hpp"
#include "evolve/genomes/failure_detail.hpp"

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

std::vector<sandbox::ProgramFile> files_of(const std::string& text, problems::Language language) {
    std::vector<sandbox::ProgramFile> files;
    for (ProgramSource& source : parse_program(text, language)) {
        files.push_back({std::move(source.name), std::move(source.text), false});
    }
    return files;
}

ProgramRun refused(VerdictKind kind, const char* reason, const std::string& text) {
    ProgramRun run;
    run.verdict = {kind, reason, text};
    return run;
}

}  // namespace

ProgramRunner::ProgramRunner(const problems::ProgramProblem& problem, std::shared_ptr<sandbox::ProgramHost> host,
                             sandbox::Limits limits)
    : language_(problem.language()), driver_(problem.driver()), host_(std::move(host)), limits_(limits) {
    if (language_ == problems::Language::cpp) {
        compiler_ = host_->compiler(driver_);
    } else {
        host_->start_python();
    }
}

ProgramRun ProgramRunner::run(const Candidate& candidate, const problems::Stage& stage) const {
    if (candidate.genome != program_genome || candidate.bytes.size() > program_text_max_bytes) {
        return refused(VerdictKind::wrong, "not_a_program", "the candidate is no program, or longer than 1 MiB");
    }
    if (language_ == problems::Language::python) return run_python(candidate.bytes, stage);
    const Hoisted hoisted = hoist_literals(candidate.bytes, language_);
    return run_sets(hoisted.structure, std::span(&hoisted.values, 1), stage);
}

ProgramRun ProgramRunner::run_python(const std::string& text, const problems::Stage& stage) const {
    sandbox::ExecutionRequest request;
    request.profile = sandbox::Profile::python;
    try {
        request.files = files_of(text, language_);
    } catch (const InputError& error) {
        return refused(VerdictKind::wrong, "not_a_program", error.what());
    }
    request.files.push_back({"adapter.py", driver_, false});
    if (!stage.input.empty()) request.files.push_back({"input", stage.input, false});
    request.words = {std::string(program_file_name(language_)), "adapter.py"};
    ProgramRun run = execute(std::move(request), stage);
    if (run.verdict.ok()) run.results = {std::move(run.execution.result)};
    if (run.verdict.kind == VerdictKind::crashed || run.verdict.kind == VerdictKind::compile_error) {
        run.verdict.text = with_traceback(run.verdict.text, run.execution.output_head + run.execution.output_tail);
    }
    return run;
}

ProgramRun ProgramRunner::run_sets(const std::string& structure, std::span<const std::vector<double>> sets,
                                   const problems::Stage& stage) const {
    sandbox::Compilation compilation;
    try {
        compilation = compiler_->compile(files_of(structure, language_));
    } catch (const InputError& error) {
        return refused(VerdictKind::wrong, "not_a_program", error.what());
    }
    if (!compilation.verdict.ok()) {
        ProgramRun run;
        run.verdict = std::move(compilation.verdict);
        run.diagnostics = std::move(compilation.diagnostics);
        if (run.verdict.kind == VerdictKind::compile_error) {
            run.verdict.text = with_diagnostics(run.verdict.text, run.diagnostics);
        }
        run.wall_seconds = compilation.seconds;
        return run;
    }
    problems::Stage wanted = stage;
    // the runner's own numbers around the answers
    wanted.result_bytes = sizeof(double) * (1 + sets.size()) + sets.size() * stage.result_bytes;
    ProgramRun run = execute(sandbox::native_run(*compilation.executable, sets, stage.input), wanted);
    if (!compilation.cached) run.wall_seconds += compilation.seconds;
    if (!run.verdict.ok()) return run;
    std::optional<std::vector<std::string>> results = sandbox::split_results(run.execution.result, sets.size());
    if (results) {
        run.results = std::move(*results);
    } else {
        run.verdict = {VerdictKind::wrong, "not_numbers", "the result is not what the runner leaves"};
    }
    return run;
}

ProgramRun ProgramRunner::execute(sandbox::ExecutionRequest request, const problems::Stage& stage) const {
    ProgramRun run;
    request.limits = limits_;
    request.limits.result_bytes = stage.result_bytes;
    run.execution = host_->warden().run(request);
    run.wall_seconds = run.execution.wall_seconds;
    run.cpu_seconds = run.execution.cpu_seconds;
    run.verdict = sandbox::verdict_of(run.execution, request);
    if (run.verdict.ok()) run.verdict = verdict_of_result(run.execution);
    return run;
}

}  // namespace atl::evolve
