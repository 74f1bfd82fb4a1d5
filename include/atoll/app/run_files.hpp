// SPDX-License-Identifier: Apache-2.0
// What scripts read of a run: status.json each second, outcome.json at the end.
#pragma once

#include <optional>
#include <string>

#include "atoll/app/run_directory.hpp"
#include "atoll/core/json.hpp"
#include "atoll/engine/status.hpp"

namespace atl::app {

/// {state, problem, direction, elapsed_seconds, evaluations, best, islands, ranks, ...}; `state` is "running" or
/// "ended".
Json status_json(const engine::RunStatus& status, const std::string& problem, Direction direction);

/// The status, and {exit_code, reason, text}: the documented exit code, which launchers may blur.
Json outcome_json(const engine::RunStatus& status, const std::string& problem, Direction direction);

/// What an ended run left behind; none while it runs, or when it was killed.
std::optional<Json> read_outcome(const RunDirectory& run);

/// "12.3 s | 3,421 evaluations (279/s) | best 2.6359830849 (island 3) | 8 islands on 2 ranks".
std::string progress_text(const engine::RunStatus& status, Direction direction, std::size_t islands);

}  // namespace atl::app
