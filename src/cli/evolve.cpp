// SPDX-License-Identifier: Apache-2.0
// The verbs that run a search: atoll evolve JOB.toml, atoll resume RUN.
#include "atoll/app/evolve.hpp"

#include "atoll/app/supervisor.hpp"
#include "atoll/app/verbs.hpp"
#include "job_flags.hpp"
#include "verbs.hpp"

namespace atl::cli {

namespace {

constexpr std::uint32_t most_restarts = 1'000'000;

void add_common(Command& verb, app::SupervisorRequest& request) {
    verb.flag("--json", request.search.json, "Print the outcome as JSON");
    verb.flag("--quiet", request.search.quiet, "No progress line");
    verb.option("--restarts", request.restarts, most_restarts,
                "Start the ranks from here, and go on so often when one is lost or the machine fails", "N");
    verb.option("--launcher", request.launcher,
                "Command that starts the ranks (default: srun inside a Slurm allocation, else mpirun --bind-to none; "
                "empty text: one rank without it)",
                "COMMAND");
}

ExitCode search(const app::SupervisorRequest& request) {
    if (app::is_to_supervise(request)) return app::supervise(request);
    return request.resuming ? app::resume(request.search) : app::evolve(request.search);
}

}  // namespace

void add_evolve(Command& program, Action& action, const std::string& command_line) {
    Command verb = program.verb("evolve", "Evolve a problem on islands; start it on several ranks with srun or mpirun");
    auto request = std::make_shared<app::SupervisorRequest>();
    auto show = std::make_shared<bool>(false);
    verb.positional("job", request->search.job_file, "Job file (TOML)", "JOB.toml");
    verb.option("--out", request->search.run, "Run directory (default runs/<problem>-<UTC>-<n>)", "RUN");
    verb.option("--seed-candidate", request->search.seed_candidate, "Candidate file to start from", "FILE");
    verb.flag("--show-config", *show, "Print every option, its value and where it came from, and stop");
    add_common(verb, *request);
    const auto flags = add_job_flags(verb);
    verb.on_parsed([=, &action] {
        request->search.flags = *flags;
        request->search.command_line = command_line;
        action = [=] {
            return *show ? app::show_config(request->search.job_file, request->search.flags) : search(*request);
        };
    });
}

void add_resume(Command& program, Action& action, const std::string& command_line) {
    Command verb = program.verb("resume", "Go on with a run from its journals, on any number of ranks");
    auto request = std::make_shared<app::SupervisorRequest>();
    verb.positional("run", request->search.run, "Run directory", "RUN");
    add_common(verb, *request);
    const auto flags = add_job_flags(verb);
    verb.on_parsed([=, &action] {
        request->search.flags = *flags;
        request->search.command_line = command_line;
        request->resuming = true;
        action = [=] { return search(*request); };
    });
}

}  // namespace atl::cli
