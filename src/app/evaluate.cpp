// SPDX-License-Identifier: Apache-2.0
// `atoll evaluate`: one given candidate before the job's judge.
#include <iostream>

#include "atoll/app/job.hpp"
#include "atoll/app/verbs.hpp"
#include "atoll/core/file.hpp"
#include "atoll/core/json.hpp"
#include "atoll/core/number.hpp"
#include "atoll/evolve/vector_evaluator.hpp"
#include "atoll/evolve/vector_genome.hpp"
#include "atoll/report/numbers.hpp"

namespace atl::app {

ExitCode show_config(const std::filesystem::path& job_file, const FlagValues& flags) {
    const Job job = make_job(resolve_job_file(job_file, flags));
    std::cout << job.options.show();
    return ExitCode::ok;
}

ExitCode evaluate(const EvaluateRequest& request) {
    const Job job = make_job(resolve_job_file(request.job_file, request.flags));
    const std::string text = read_text_file(request.candidate, evolve::vector_text_max_bytes);
    const Candidate candidate = evolve::encode_vector(evolve::parse_vector_text(text, request.candidate.string()));
    const evolve::VectorEvaluator evaluator(job.problem);
    const engine::EvaluationOutcome outcome = evaluator.evaluate({{}, &candidate, request.instances});

    Json json;
    json.set("problem", job.problem->name());
    json.set("direction", to_string(job.problem->direction()));
    json.set("instances", request.instances);
    json.set("verdict", to_string(outcome.verdict.kind));
    json.set("reason", outcome.verdict.reason);
    json.set("text", outcome.verdict.text);
    json.set("lower", outcome.score.lower);
    json.set("upper", outcome.score.upper);
    json.set("candidate_sha256", to_hex(sha256(candidate.bytes)));
    Json::Array metrics;
    for (const Metric& metric : outcome.metrics) {
        Json row;
        row.set("name", metric.name);
        row.set("value", metric.value);
        row.set("unit", metric.unit);
        metrics.push_back(std::move(row));
    }
    json.set("metrics", std::move(metrics));
    Json limits;
    limits.set("candidate_bytes", static_cast<std::uint64_t>(evolve::vector_text_max_bytes));
    limits.set("coordinates", static_cast<std::uint64_t>(evolve::vector_text_max_coordinates));
    json.set("limits", std::move(limits));
    // A vector is data, judged by native code of our own: nothing of it is executed, so no sandbox takes part.
    json.set("sandbox_layers", Json::Array{});
    if (request.json) {
        std::cout << json.dump(2) << "\n";
        return ExitCode::ok;
    }
    std::cout << "verdict  " << to_string(outcome.verdict.kind);
    if (!outcome.verdict.reason.empty()) std::cout << " (" << outcome.verdict.reason << ")";
    std::cout << "\n";
    if (!outcome.verdict.text.empty()) std::cout << "         " << outcome.verdict.text << "\n";
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
