// SPDX-License-Identifier: Apache-2.0
// `atoll stop`: asks a running search to end, from any host that sees its run directory.
#include <chrono>
#include <iostream>
#include <optional>
#include <thread>

#include "atoll/app/lease.hpp"
#include "atoll/app/run_directory.hpp"
#include "atoll/app/run_files.hpp"
#include "atoll/app/stop_file.hpp"
#include "atoll/app/verbs.hpp"
#include "atoll/core/clock.hpp"
#include "atoll/core/json.hpp"
#include "atoll/report/numbers.hpp"

namespace atl::app {

namespace {

constexpr auto look_interval = std::chrono::milliseconds(100);

ExitCode say(const StopRequest& request, const char* state, const std::string& text, ExitCode code) {
    if (request.json) {
        Json json;
        json.set("run", request.run.string());
        json.set("state", state);
        json.set("text", text);
        json.set("exit_code", static_cast<int>(code));
        std::cout << json.dump(2) << "\n";
    } else {
        std::cout << request.run.string() << ": " << text << "\n";
    }
    return code;
}

/// A run that nobody works on: how it ended, or how to go on with it.
ExitCode say_ended(const StopRequest& request, const RunDirectory& run, bool as_its_own_code) {
    const auto outcome = read_outcome(run);
    const auto code = outcome ? static_cast<ExitCode>((*outcome)["exit_code"].as_integer()) : ExitCode::stopped_early;
    const ExitCode returned = as_its_own_code ? code : ExitCode::ok;
    if (!outcome) {
        return say(request, "interrupted",
                   "was cut off and is not running; go on with 'atoll resume " + request.run.string() + "'", returned);
    }
    return say(request, "ended",
               "has ended: " + (*outcome)["text"].as_string() + " (exit code " +
                   std::to_string((*outcome)["exit_code"].as_integer()) + ")",
               returned);
}

}  // namespace

ExitCode stop(const StopRequest& request) {
    const RunDirectory run = open_run_directory(request.run);
    if (!is_held(run)) return say_ended(request, run, false);
    ask_to_stop(run, "atoll stop");
    if (!is_held(run)) {  // it ended between the two lines above
        clear_stop_request(run);
        return say_ended(request, run, false);
    }
    if (!request.wait_seconds) {
        return say(request, "asked",
                   "asked to stop; it finishes what is being evaluated, syncs, writes outcome.json and ends with 75",
                   ExitCode::ok);
    }
    const MonotonicClock clock;
    const Nanoseconds deadline = clock.now() + from_seconds(*request.wait_seconds);
    while (is_held(run)) {
        if (clock.now() >= deadline) {
            throw InfrastructureError(request.run.string() + " still runs " + report::duration(*request.wait_seconds) +
                                      " after it was asked to stop; it ends once what is being evaluated is done (wait "
                                      "again with 'atoll stop --wait'), or end its processes: nothing acknowledged is "
                                      "lost");
        }
        std::this_thread::sleep_for(look_interval);
    }
    // The run removes the request itself, unless it was killed before it saw it.
    clear_stop_request(run);
    return say_ended(request, run, true);
}

}  // namespace atl::app
