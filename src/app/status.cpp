// SPDX-License-Identifier: Apache-2.0
// `atoll status`: what a run last said of itself.
#include <iostream>

#include "atoll/app/lease.hpp"
#include "atoll/app/run_directory.hpp"
#include "atoll/app/space_watch.hpp"
#include "atoll/app/verbs.hpp"
#include "atoll/core/file.hpp"
#include "atoll/core/json.hpp"
#include "atoll/report/numbers.hpp"

namespace atl::app {

namespace {

constexpr std::uint64_t largest_status_bytes = 64U << 20;

Json read_json(const std::filesystem::path& file) {
    return parse_json(read_text_file(file, largest_status_bytes), file.string());
}

double number_or_nan(const Json& json) {
    return json.is_number() ? json.as_double() : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace

ExitCode status(const std::filesystem::path& root, bool json, bool use_exit_code) {
    const RunDirectory run = open_run_directory(root);
    const bool ended = std::filesystem::exists(run.outcome());
    Json state;
    if (ended) {
        state = read_json(run.outcome());
    } else if (std::filesystem::exists(run.status())) {
        state = read_json(run.status());
        // Nobody holds the lease of a run that was killed: its last words are not its state.
        if (!is_held(run)) {
            state.set("state", "interrupted");
        } else if (waits_for_space(run)) {
            state.set("state", "waiting for space");
        }
    } else {
        state.set("state", "no status yet");
    }
    if (json) {
        std::cout << state.dump(2) << "\n";
    } else {
        std::cout << "run      " << run.root.string() << "\nstate    " << state["state"].as_string() << "\n";
        if (state["evaluations"].is_number()) {
            std::cout << "elapsed  " << report::duration(number_or_nan(state["elapsed_seconds"])) << "\n";
            std::cout << "evaluations (this incarnation)  "
                      << report::count_number(static_cast<std::uint64_t>(state["evaluations"].as_integer())) << "\n";
        }
        if (state["best"].is_object()) {
            std::cout << "best     "
                      << report::interval(
                             {number_or_nan(state["best"]["lower"]), number_or_nan(state["best"]["upper"])})
                      << "\n";
        }
        if (ended) {
            std::cout << "ended    " << state["reason"].as_string() << ": " << state["text"].as_string()
                      << " (exit code " << state["exit_code"].as_integer() << ")\n";
        } else if (state["state"].as_string() == "interrupted") {
            std::cout << "next     atoll resume " << run.root.string() << "\n";
        }
    }
    if (!use_exit_code) return ExitCode::ok;
    if (ended) return static_cast<ExitCode>(state["exit_code"].as_integer());
    return is_held(run) ? ExitCode::ok : ExitCode::stopped_early;  // killed before it could say so: resumable
}

}  // namespace atl::app
