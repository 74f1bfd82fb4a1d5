// SPDX-License-Identifier: Apache-2.0
// What scripts read of a run.
#include "atoll/app/run_files.hpp"

#include <unistd.h>

#include "atoll/core/clock.hpp"
#include "atoll/core/file.hpp"
#include "atoll/core/number.hpp"
#include "atoll/report/numbers.hpp"

namespace atl::app {

namespace {

constexpr std::uint64_t largest_outcome_bytes = 64U << 20;

Json island_json(const engine::IslandStatus& island) {
    Json json;
    json.set("island", island.island);
    json.set("evaluations", island.evaluations);
    json.set("lower", island.best.lower);
    json.set("upper", island.best.upper);
    if (island.best.scored()) json.set("key", to_string(island.best_key));
    return json;
}

Json model_json(const llm::ClientStatus& model, std::uint64_t asking) {
    Json json;
    json.set("available", model.available);
    json.set("asking", asking);
    json.set("asked", model.asked);
    json.set("answered", model.answered);
    json.set("failed", model.failed);
    json.set("requests", model.requests);
    json.set("prompt_tokens", model.prompt_tokens);
    json.set("completion_tokens", model.completion_tokens);
    json.set("usd", model.usd);
    json.set("unavailable_seconds", model.unavailable_seconds);
    json.set("last_error", model.last_error);
    return json;
}

}  // namespace

Json status_json(const engine::RunStatus& status, const std::string& problem, Direction direction) {
    const bool ended = status.stop.reason != engine::StopReason::none;
    Json json;
    json.set("state", ended ? "ended" : "running");
    json.set("problem", problem);
    json.set("direction", to_string(direction));
    json.set("time", utc_timestamp());
    json.set("pid", static_cast<std::int64_t>(getpid()));
    json.set("ranks", status.ranks);
    json.set("ranks_lost", status.ranks_lost);
    json.set("elapsed_seconds", status.elapsed_seconds);
    json.set("evaluations", status.evaluations);
    json.set("in_flight", status.in_flight);
    json.set("migrations", status.migrations);
    if (status.model) json.set("model", model_json(*status.model, status.asking));
    json.set("best", status.best ? island_json(*status.best) : Json());
    Json::Array islands;
    for (const engine::IslandStatus& island : status.islands) islands.push_back(island_json(island));
    json.set("islands", std::move(islands));
    return json;
}

Json outcome_json(const engine::RunStatus& status, const std::string& problem, Direction direction) {
    Json json = status_json(status, problem, direction);
    json.set("exit_code", static_cast<int>(engine::exit_code(status.stop.reason)));
    json.set("reason", engine::to_string(status.stop.reason));
    json.set("text", status.stop.text);
    return json;
}

std::optional<Json> read_outcome(const RunDirectory& run) {
    std::error_code ignored;
    if (!std::filesystem::exists(run.outcome(), ignored)) return std::nullopt;
    return parse_json(read_text_file(run.outcome(), largest_outcome_bytes), run.outcome().string());
}

std::string progress_text(const engine::RunStatus& status, Direction direction, std::size_t islands) {
    std::uint64_t all = 0;
    for (const engine::IslandStatus& island : status.islands) all += island.evaluations;
    std::string text = report::duration(status.elapsed_seconds) + " | " + report::count_number(all) + " evaluations";
    if (status.best) {
        text += " | best " + report::short_number(proven_value(status.best->best, direction), 12) + " (island " +
                std::to_string(status.best->island) + ")";
    } else {
        text += " | no valid candidate yet";
    }
    return text + " | " + std::to_string(islands) + " islands on " + std::to_string(status.ranks) +
           (status.ranks == 1 ? " rank" : " ranks");
}

}  // namespace atl::app
