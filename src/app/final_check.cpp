// SPDX-License-Identifier: Apache-2.0
// RUN/final_check.json: written when a run ends, read by reports.
#include "atoll/app/final_check.hpp"

#include <limits>

#include "atoll/app/genomes.hpp"
#include "atoll/archive/queries.hpp"
#include "atoll/core/error.hpp"
#include "atoll/core/file.hpp"
#include "atoll/core/json.hpp"
#include "atoll/problems/program_problem.hpp"
#include "atoll/report/run_report.hpp"

namespace atl::app {
namespace {

constexpr std::uint64_t largest_check_bytes = 16U << 20;

double number_or_nan(const Json& json) {
    return json.is_number() ? json.as_double() : std::numeric_limits<double>::quiet_NaN();
}

Json to_json(const report::FinalCheck& check, const Sha256& candidate) {
    Json json;
    json.set("key", check.key);
    json.set("candidate_sha256", to_hex(candidate));
    json.set("instances", problems::hidden_instances);
    json.set("verdict", check.verdict);
    json.set("reason", check.reason);
    json.set("lower", check.score.lower);
    json.set("upper", check.score.upper);
    json.set("metrics", report::metrics_json(check.metrics));
    return json;
}

}  // namespace

bool has_hidden_instances(const Job& job) {
    return job.program != nullptr && !job.program->stages(problems::hidden_instances).empty();
}

report::FinalCheck check_on_hidden_instances(const RunDirectory& run, const Job& job,
                                             const journal::RunContents& contents, const EvaluationKey& best) {
    const EvaluationRecord* const found = archive::find_evaluation(contents, best);
    if (found == nullptr) throw InputError("evaluation " + to_string(best) + " is not in the run");
    const engine::EvaluationOutcome outcome =
        make_evaluator(job)->evaluate({best, &found->candidate, std::string(problems::hidden_instances)});
    report::FinalCheck check;
    check.key = to_string(best);
    check.of_the_best = true;
    check.verdict = to_string(outcome.verdict.kind);
    check.reason = outcome.verdict.reason;
    check.score = outcome.score;
    check.metrics = outcome.metrics;
    write_file_atomically(run.final_check(), to_json(check, found->candidate_sha256).dump(2) + "\n");
    return check;
}

std::optional<report::FinalCheck> read_final_check(const RunDirectory& run, const EvaluationKey& best) {
    if (!std::filesystem::exists(run.final_check())) return std::nullopt;
    const Json json = parse_json(read_text_file(run.final_check(), largest_check_bytes), run.final_check().string());
    report::FinalCheck check;
    check.key = json["key"].as_string();
    check.of_the_best = check.key == to_string(best);
    check.verdict = json["verdict"].as_string();
    check.reason = json["reason"].as_string();
    check.score = {number_or_nan(json["lower"]), number_or_nan(json["upper"])};
    for (const Json& metric : json["metrics"].as_array()) {
        check.metrics.push_back(
            {metric["name"].as_string(), number_or_nan(metric["value"]), metric["unit"].as_string()});
    }
    return check;
}

}  // namespace atl::app
