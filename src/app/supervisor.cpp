// SPDX-License-Identifier: Apache-2.0
// Starts a run's ranks, and decides after each incarnation whether to go on.
#include "atoll/app/supervisor.hpp"

#include <fmt/format.h>
#include <sys/wait.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <utility>

#include "atoll/app/job.hpp"
#include "atoll/app/launcher.hpp"
#include "atoll/app/lease.hpp"
#include "atoll/app/run_directory.hpp"
#include "atoll/core/clock.hpp"
#include "atoll/core/error.hpp"
#include "atoll/core/file.hpp"
#include "atoll/core/json.hpp"
#include "atoll/journal/reader.hpp"
#include "launcher_watch.hpp"

namespace atl::app {

namespace {

constexpr Nanoseconds restart_pause = from_seconds(1);
/// A rank killed on another host keeps its lease so long; a little more, for the clocks of two hosts.
constexpr Nanoseconds lease_patience = from_seconds(lease_patience_seconds + 5);
constexpr std::uint32_t fruitless_restarts = 2;
constexpr std::uint64_t largest_log_bytes = 1U << 30;

/// The run itself said so, or refused to begin: a restart would change nothing.
bool is_final(int code) {
    switch (static_cast<ExitCode>(code)) {
        case ExitCode::ok:
        case ExitCode::bad_input:
        case ExitCode::busy:
        case ExitCode::format_version:
        case ExitCode::damaged:
        case ExitCode::stopped_early:
            return true;
        default:
            return false;
    }
}

/// The run's code where one is known: outcome.json, as launchers blur codes, or the launcher's for a run that refused
/// to begin. None after a loss. A launcher that says "0" without an outcome did not run atoll to its end.
std::optional<ExitCode> final_code(const Ending& ending) {
    int code = WIFEXITED(ending.status) ? WEXITSTATUS(ending.status) : -1;
    if (ending.outcome) {
        code = static_cast<int>((*ending.outcome)["exit_code"].as_integer());
    } else if (code == 0) {
        return std::nullopt;
    }
    if (!is_final(code)) return std::nullopt;
    return static_cast<ExitCode>(code);
}

std::string text_of_status(int status) {
    if (WIFSIGNALED(status)) return "was killed by " + signal_name(WTERMSIG(status));
    const int code = WEXITSTATUS(status);
    const std::string text = "ended with exit code " + std::to_string(code);
    return code > 128 && code < 128 + 32 ? text + " (" + signal_name(code - 128) + ")" : text;
}

/// Where the rank last began, from its log; empty when it never did.
std::string host_of_rank(const RunDirectory& run, const std::string& rank) {
    const std::filesystem::path file = run.log() / ("rank-" + rank + ".jsonl");
    std::error_code ignored;
    if (!std::filesystem::exists(file, ignored)) return "";
    try {
        const std::string text = read_text_file(file, largest_log_bytes);
        const auto event = text.rfind("\"event\":\"started\"");
        if (event == std::string::npos) return "";
        const auto begin = text.rfind('\n', event) + 1;  // npos + 1 is 0
        const auto end = text.find('\n', event);
        const Json line = parse_json(std::string_view(text).substr(begin, end - begin), file.string());
        return line["host"].is_string() ? line["host"].as_string() : "";
    } catch (const Error&) {
        return "";
    }
}

class Supervisor {
public:
    Supervisor(const SupervisorRequest& request, std::vector<std::string> launcher);
    ExitCode run();

private:
    bool has_begun() const;
    std::vector<std::string> command_line(std::uint32_t restart) const;
    std::string loss_text(const Ending& ending) const;
    std::uint64_t acknowledged() const;
    bool lease_becomes_free(LauncherWatch& launchers) const;
    ExitCode finish(const Ending& ending, ExitCode code, const std::string& text) const;

    const SupervisorRequest& request_;
    std::vector<std::string> launcher_;
    std::string program_;
    RunDirectory run_;
};

Supervisor::Supervisor(const SupervisorRequest& request, std::vector<std::string> launcher)
    : request_(request),
      launcher_(std::move(launcher)),
      program_(std::filesystem::read_symlink("/proc/self/exe").string()) {
    if (request.resuming) {
        run_ = open_run_directory(request.search.run);
        return;
    }
    const Job job = make_job(resolve_job_file(request.search.job_file, request.search.flags),
                             request.search.job_file.parent_path());
    run_.root = request.search.run.empty() ? reserve_default_run_folder(job.problem->name()) : request.search.run;
}

bool Supervisor::has_begun() const {
    std::error_code ignored;
    return std::filesystem::exists(run_.job(), ignored);
}

/// A run that a loss ended before it began is started once more, not resumed.
std::vector<std::string> Supervisor::command_line(std::uint32_t restart) const {
    const SearchRequest& search = request_.search;
    std::vector<std::string> words = launcher_;
    words.push_back(program_);
    const bool resuming = request_.resuming || (restart > 0 && has_begun());
    if (resuming) {
        words.insert(words.end(), {"resume", run_.root.string()});
    } else {
        words.insert(words.end(), {"evolve", search.job_file.string(), "--out", run_.root.string()});
        if (search.seed_candidate) words.insert(words.end(), {"--seed-candidate", search.seed_candidate->string()});
    }
    if (search.json) words.emplace_back("--json");
    if (search.quiet) words.emplace_back("--quiet");
    if (resuming == request_.resuming) {  // else RUN/job.toml has them
        for (const auto& [flag, value] : search.flags) words.push_back(fmt::format("{}={}", flag, value));
    }
    return words;
}

std::string Supervisor::loss_text(const Ending& ending) const {
    std::optional<Loss> loss;
    if (ending.outcome) {
        // The engine's own word on it: the launcher saw only what came of it.
        LossWitness witness;
        witness.read_line("atoll: " + (*ending.outcome)["text"].as_string());
        loss = witness.loss();
        if (!loss) return "the run failed: " + (*ending.outcome)["text"].as_string();
    }
    if (!loss) loss = ending.loss;
    if (!loss && launcher_.empty()) loss = Loss{"0", host_name(), text_of_status(ending.status)};
    if (!loss && ending.hung) return "all ranks are gone, but the launcher '" + launcher_.front() + "' did not end";
    if (!loss) return "the launcher '" + launcher_.front() + "' " + text_of_status(ending.status);
    if (loss->host.empty()) loss->host = host_of_rank(run_, loss->ranks);
    return to_string(*loss);
}

std::uint64_t Supervisor::acknowledged() const {
    if (!has_begun()) return 0;
    return journal::read_run(run_.root, {.load_candidates = false, .byte_limits = {}, .on_blob = {}})
        .evaluations.size();
}

/// Of ranks that this supervisor has lost, and which may have died on other hosts.
bool Supervisor::lease_becomes_free(LauncherWatch& launchers) const {
    const MonotonicClock clock;
    const Nanoseconds deadline = clock.now() + lease_patience;
    while (is_held(run_)) {
        if (clock.now() > deadline || launchers.stopped_within(restart_pause)) return false;
    }
    return true;
}

ExitCode Supervisor::finish(const Ending& ending, ExitCode code, const std::string& text) const {
    if (!text.empty()) std::fprintf(stderr, "atoll: %s\n", text.c_str());
    if (!request_.search.json) return code;
    if (!ending.output.empty()) {
        std::cout << ending.output << std::flush;
        return code;
    }
    Json json;  // killed before it could say anything
    json.set("run", run_.root.string());
    json.set("exit_code", static_cast<int>(code));
    json.set("text", text);
    std::cout << json.dump(2) << "\n" << std::flush;
    return code;
}

ExitCode Supervisor::run() {
    LauncherWatch launchers(run_);
    std::uint64_t known = acknowledged();
    std::uint32_t fruitless = 0;
    for (std::uint32_t restart = 0;; ++restart) {
        const Ending ending = launchers.watch(command_line(restart), request_.search.json);
        if (const auto code = final_code(ending)) {
            if (restart == 0 || *code != ExitCode::busy || !lease_becomes_free(launchers)) {
                return finish(ending, *code, "");
            }
            --restart;  // it was not tried
            continue;
        }
        const std::string loss = loss_text(ending);
        const std::string go_on = has_begun() ? "go on with 'atoll resume " + run_.root.string() + "'"
                                              : "the run has not begun; is the launcher right?";
        const auto give_up = [&](const std::string& why) {
            return finish(ending, ExitCode::infrastructure, fmt::format("{}; {}", loss, why));
        };
        if (launchers.asked_to_stop()) {
            return finish(ending, ExitCode::stopped_early,
                          fmt::format("{} while the run was asked to stop; {}", loss, go_on));
        }
        const std::uint64_t before = std::exchange(known, acknowledged());
        fruitless = restart > 0 && known <= before ? fruitless + 1 : 0;
        if (restart >= request_.restarts) {
            return give_up((restart == 0 ? "no restarts were asked for, " : "all restarts are used up, ") + go_on);
        }
        if (fruitless >= fruitless_restarts) {
            return give_up("giving up, as " + std::to_string(fruitless) +
                           " restarts in a row acknowledged nothing new (see " + run_.log().string() + "); " + go_on);
        }
        std::fprintf(stderr, "atoll: %s; going on with restart %u of %u\n", loss.c_str(), restart + 1,
                     request_.restarts);
        if (launchers.stopped_within(restart_pause)) {
            return finish(ending, ExitCode::stopped_early, "stopped between two restarts; " + go_on);
        }
        // Where Slurm has lost sight of the last step, it counts its CPUs as busy for as long as the job runs.
        setenv("SLURM_OVERLAP", "1", 0);
    }
}

}  // namespace

bool is_to_supervise(const SupervisorRequest& request) {
    if (request.restarts == 0 && !request.launcher) return false;
    const transport::Environment environment = transport::current_environment();
    if (!is_a_rank(environment)) {
        transport::detect_singleton_mismatch(1, environment);
        return true;
    }
    if (is_rank_0(environment)) {
        std::fprintf(stderr,
                     "atoll: note: --restarts and --launcher have no effect in ranks that a launcher has started; let "
                     "atoll start it: atoll evolve ... --restarts %u --launcher \"mpirun ...\"\n",
                     request.restarts);
    }
    return false;
}

ExitCode supervise(const SupervisorRequest& request) {
    const std::vector<std::string> launcher =
        request.launcher ? split_words(*request.launcher) : default_launcher(transport::current_environment());
    return Supervisor(request, launcher).run();
}

}  // namespace atl::app
