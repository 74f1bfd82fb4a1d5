// SPDX-License-Identifier: Apache-2.0
// A summary as one JSON object.
#include <string>
#include <utility>

#include "atoll/report/run_report.hpp"

namespace atl::report {

namespace {

/// Adds the member as null unless there is a value.
template <class Value>
void set_or_null(Json& object, const char* member, bool there, const Value& value) {
    object.set(member, nullptr);
    if (there) object.set(member, value);
}

template <class Value>
void set_or_null(Json& object, const char* member, const std::optional<Value>& value) {
    set_or_null(object, member, value.has_value(), value.value_or(Value{}));
}

void set_or_null(Json& object, const char* member, const std::string& text) {
    set_or_null(object, member, !text.empty(), text);
}

template <class Row>
Json array_of(const std::vector<Row>& rows, Json (*make)(const Row&)) {
    Json::Array array;
    for (const Row& row : rows) array.push_back(make(row));
    return {std::move(array)};
}

Json metric_json(const Metric& metric) {
    return Json::Object{{"name", metric.name}, {"value", metric.value}, {"unit", metric.unit}};
}

Json best_json(const std::optional<BestEvaluation>& best) {
    if (!best) return {};
    return Json::Object{{"lower", best->score.lower},
                        {"upper", best->score.upper},
                        {"proven", best->proven},
                        {"key", to_string(best->key)},
                        {"operator", best->operator_name},
                        {"candidate_sha256", to_hex(best->candidate_sha256)},
                        {"elapsed_seconds", best->elapsed_seconds},
                        {"genome", best->genome},
                        {"metrics", metrics_json(best->metrics)}};
}

Json run_json(const RunSummary& summary) {
    const RunFacts& facts = summary.facts;
    Json run;
    set_or_null(run, "directory", facts.directory);
    set_or_null(run, "problem", facts.problem);
    run.set("direction", to_string(facts.direction));
    set_or_null(run, "seed", facts.seed);
    set_or_null(run, "ranks", facts.ranks > 0, facts.ranks);
    set_or_null(run, "islands", facts.islands > 0, facts.islands);
    set_or_null(run, "commit", facts.commit);
    set_or_null(run, "state", facts.state);
    run.set("evaluations", summary.evaluations);
    run.set("ok", summary.ok);
    set_or_null(run, "target", facts.target);
    run.set("target_reached", summary.target_reached);
    set_or_null(run, "seconds_to_target", summary.seconds_to_target);
    set_or_null(run, "evaluations_to_target", summary.evaluations_to_target);
    run.set("new_best", summary.new_best);
    return run;
}

Json comparison_json(const Comparison& row) {
    return Json::Object{{"who", row.published.who},
                        {"value", row.published.value},
                        {"strictly_verified", row.published.strictly_verified},
                        {"source", row.published.source},
                        {"best_known", row.best_known},
                        {"gain", row.gain},
                        {"reached", row.reached},
                        {"beaten", row.beaten},
                        {"metric", row.published.metric},
                        {"other_instances", row.published.other_instances},
                        {"own_metric", row.own_metric}};
}

Json island_json(const IslandSummary& island) {
    return Json::Object{{"island", island.island},
                        {"evaluations", island.evaluations},
                        {"ok", island.ok},
                        {"improvements", island.improvements},
                        {"best", best_json(island.best)}};
}

Json verdict_json(const VerdictSummary& verdict) {
    return Json::Object{{"verdict", to_string(verdict.kind)},
                        {"reason", verdict.reason},
                        {"evaluations", verdict.evaluations},
                        {"example_key", to_string(verdict.example_key)},
                        {"example", verdict.example}};
}

Json operator_json(const OperatorSummary& one) {
    return Json::Object{{"operator", one.name},
                        {"evaluations", one.evaluations},
                        {"ok", one.ok},
                        {"improvements", one.improvements},
                        {"gain", one.gain},
                        {"objective_calls", one.objective_calls},
                        {"gain_per_million_calls", one.gain_per_million_calls()},
                        {"wall_seconds", one.wall_seconds},
                        {"cpu_seconds", one.cpu_seconds}};
}

Json model_json(const ModelSummary& model) {
    Json unanswered = Json::Object{};
    for (const auto& [reason, times] : model.unanswered) unanswered.set(reason, times);
    return Json::Object{{"model", model.model},
                        {"questions", model.questions},
                        {"answered", model.answered},
                        {"reused", model.reused},
                        {"requests", model.requests},
                        {"faults", model.faults},
                        {"prompt_tokens", model.prompt_tokens},
                        {"completion_tokens", model.completion_tokens},
                        {"reserved_tokens", model.reserved_tokens},
                        {"usd", model.usd},
                        {"median_seconds", model.median_seconds},
                        {"unanswered", std::move(unanswered)}};
}

Json migration_json(const MigrationSummary& edge) {
    return Json::Object{{"from_island", edge.from_island},
                        {"to_island", edge.to_island},
                        {"migrants", edge.migrants},
                        {"improved", edge.improved},
                        {"unknown", edge.unknown}};
}

Json time_json(const TimeSummary& time) {
    return Json::Object{
        {"elapsed_seconds", time.elapsed_seconds}, {"evaluations_per_second", time.evaluations_per_second},
        {"wall_seconds", time.wall_seconds},       {"cpu_seconds", time.cpu_seconds},
        {"objective_calls", time.objective_calls}, {"cache_hits", time.cache_hits},
        {"peak_bytes", time.peak_bytes},           {"usd", time.usd}};
}

Json origin_json(const OriginSummary& one) {
    return Json::Object{{"origin", to_string(one.origin)}, {"evaluations", one.evaluations}};
}

Json event_json(const EventSummary& event) {
    return Json::Object{{"elapsed_seconds", event.elapsed_seconds}, {"name", event.name}, {"text", event.text}};
}

Json note_json(const std::string& note) { return {note}; }

}  // namespace

Json metrics_json(const std::vector<Metric>& metrics) { return array_of(metrics, metric_json); }

Json to_json(const RunSummary& summary) {
    return Json::Object{{"run", run_json(summary)},
                        {"best", best_json(summary.best)},
                        {"comparisons", array_of(summary.comparisons, comparison_json)},
                        {"islands", array_of(summary.islands, island_json)},
                        {"verdicts", array_of(summary.verdicts, verdict_json)},
                        {"operators", array_of(summary.operators, operator_json)},
                        {"models", array_of(summary.models, model_json)},
                        {"migrations", array_of(summary.migrations, migration_json)},
                        {"time", time_json(summary.time)},
                        {"origins", array_of(summary.origins, origin_json)},
                        {"events", array_of(summary.events, event_json)},
                        {"notes", array_of(summary.notes, note_json)}};
}

}  // namespace atl::report
