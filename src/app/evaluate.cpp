// SPDX-License-Identifier: Apache-2.0
// `atoll evaluate`: one given candidate before the job's judge.
#include <iostream>

#include "atoll/app/final_check.hpp"
#include "atoll/app/genomes.hpp"
#include "atoll/app/job.hpp"
#include "atoll/app/sandbox_report.hpp"
#include "atoll/app/verbs.hpp"
#include "atoll/core/error.hpp"
#include "atoll/core/file.hpp"
#include "atoll/core/json.hpp"
#include "atoll/core/number.hpp"
#include "atoll/evolve/program_evaluator.hpp"
#include "atoll/evolve/program_genome.hpp"
#include "atoll/evolve/vector_evaluator.hpp"
#include "atoll/evolve/vector_genome.hpp"
#include "atoll/report/run_report.hpp"

namespace atl::app {

ExitCode show_config(const std::filesystem::path& job_file, const FlagValues& flags) {
    const Job job = make_job(resolve_job_file(job_file, flags), job_file.parent_path());
    std::cout << job.options.show();
    return ExitCode::ok;
}

namespace {

/// What came of one candidate, and what stood around it.
struct Trial {
    Candidate candidate;
    engine::EvaluationOutcome outcome;
    Json limits;
    Json sandbox_layers = Json::Array{};
    Json execution;  ///< null for data, which is judged and not run
};

Trial try_vector(const Job& job, const EvaluateRequest& request) {
    Trial trial;
    trial.candidate = read_candidate(job, request.candidate);
    trial.outcome = make_evaluator(job)->evaluate({{}, &trial.candidate, request.instances});
    trial.limits.set("candidate_bytes", static_cast<std::uint64_t>(evolve::vector_text_max_bytes));
    trial.limits.set("coordinates", static_cast<std::uint64_t>(evolve::vector_text_max_coordinates));
    // A vector is data. Only the verifier of a user's own problem is executed.
    if (job.own) trial.sandbox_layers = layers_json(job.host->warden().layers());
    return trial;
}

Trial try_program(const Job& job, const EvaluateRequest& request) {
    Trial trial;
    trial.candidate = read_candidate(job, request.candidate);
    start_own_problem(job);
    const auto runner = std::make_shared<const evolve::ProgramRunner>(*job.program, job.host, job.program_limits);
    evolve::ProgramRun last;
    trial.outcome = evolve::ProgramEvaluator(job.program, runner, job.thresholds)
                        .evaluate({{}, &trial.candidate, request.instances}, last);
    const sandbox::Execution& execution = last.execution;

    const sandbox::Limits& limits = job.program_limits;
    trial.limits.set("candidate_bytes", static_cast<std::uint64_t>(evolve::program_text_max_bytes));
    trial.limits.set("wall_seconds", limits.wall_seconds);
    trial.limits.set("cpu_seconds", limits.cpu_seconds);
    trial.limits.set("memory_bytes", limits.memory_bytes);
    trial.limits.set("scratch_bytes", limits.scratch_bytes);
    trial.limits.set("output_bytes", limits.output_bytes);
    trial.limits.set("open_files", limits.open_files);
    trial.limits.set("processes", limits.processes);
    trial.sandbox_layers = layers_json(job.host->warden().layers());
    trial.execution.set("exit_code", execution.exit_code);
    trial.execution.set("signal", execution.signal);
    trial.execution.set("wall_seconds", execution.wall_seconds);
    trial.execution.set("cpu_seconds", execution.cpu_seconds);
    trial.execution.set("peak_bytes", execution.peak_bytes);
    trial.execution.set("printed_bytes", execution.printed_bytes);
    trial.execution.set("error_line", sandbox::error_line(execution));
    trial.execution.set("output_head", execution.output_head);
    trial.execution.set("output_tail", execution.output_tail);
    trial.execution.set("compiler_output", last.diagnostics);
    return trial;
}

Trial try_text(const Job& job, const EvaluateRequest& request) {
    Trial trial;
    trial.candidate = read_candidate(job, request.candidate);
    trial.outcome = make_evaluator(job)->evaluate({{}, &trial.candidate, request.instances});
    trial.limits.set("candidate_bytes", static_cast<std::uint64_t>(evolve::program_text_max_bytes));
    return trial;
}

Trial try_candidate(const Job& job, const EvaluateRequest& request) {
    if (job.runs_programs()) return try_program(job, request);
    return job.program ? try_text(job, request) : try_vector(job, request);
}

}  // namespace

ExitCode evaluate(const EvaluateRequest& request) {
    const Job job = make_job(resolve_job_file(request.job_file, request.flags), request.job_file.parent_path());
    if (request.instances == problems::hidden_instances && !has_hidden_instances(job) && job.program) {
        throw InputError(job.problem->name() + " has no hidden instances");
    }
    Trial trial = try_candidate(job, request);
    const engine::EvaluationOutcome& outcome = trial.outcome;

    Json json;
    json.set("problem", job.problem->name());
    json.set("direction", to_string(job.problem->direction()));
    json.set("instances", request.instances);
    json.set("verdict", to_string(outcome.verdict.kind));
    json.set("reason", outcome.verdict.reason);
    json.set("text", outcome.verdict.text);
    json.set("lower", outcome.score.lower);
    json.set("upper", outcome.score.upper);
    json.set("candidate_sha256", to_hex(sha256(trial.candidate.bytes)));
    json.set("metrics", report::metrics_json(outcome.metrics));
    json.set("limits", std::move(trial.limits));
    json.set("sandbox_layers", std::move(trial.sandbox_layers));
    if (job.runs_programs()) json.set("execution", std::move(trial.execution));
    if (request.json) {
        std::cout << json.dump(2) << "\n";
        return ExitCode::ok;
    }
    std::cout << "verdict  " << to_string(outcome.verdict.kind);
    if (!outcome.verdict.reason.empty()) std::cout << " (" << outcome.verdict.reason << ")";
    std::cout << "\n";
    if (!outcome.verdict.text.empty()) std::cout << "         " << outcome.verdict.line() << "\n";
    if (outcome.score.scored()) {
        std::cout << "score    [" << shortest(outcome.score.lower) << ", " << shortest(outcome.score.upper)
                  << "], to be " << (job.problem->direction() == Direction::maximize ? "maximised" : "minimised")
                  << "\n";
    }
    for (const Metric& metric : outcome.metrics)
        std::cout << metric.name << "  " << shortest(metric.value) << " " << metric.unit << "\n";
    return ExitCode::ok;
}

}  // namespace atl::app
