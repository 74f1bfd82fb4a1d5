// SPDX-License-Identifier: Apache-2.0
// The verbs that run a search: atoll evolve JOB.toml, atoll resume RUN.
#include "atoll/app/evolve.hpp"

#include "atoll/app/verbs.hpp"
#include "job_flags.hpp"
#include "verbs.hpp"

namespace atl::cli {

namespace {

void add_common(Command& verb, app::SearchRequest& request) {
    verb.flag("--json", request.json, "Print the outcome as JSON");
    verb.flag("--quiet", request.quiet, "No progress line");
}

}  // namespace

void add_evolve(Command& program, Action& action, const std::string& command_line) {
    Command verb = program.verb("evolve", "Evolve a problem on islands; start it on several ranks with srun or mpirun");
    auto request = std::make_shared<app::SearchRequest>();
    auto show = std::make_shared<bool>(false);
    verb.positional("job", request->job_file, "Job file (TOML)", "JOB.toml");
    verb.option("--out", request->run, "Run directory (default runs/<problem>-<UTC>-<n>)", "RUN");
    verb.option("--seed-candidate", request->seed_candidate, "Candidate file to start from", "FILE");
    verb.flag("--show-config", *show, "Print every option, its value and where it came from, and stop");
    add_common(verb, *request);
    const auto flags = add_job_flags(verb);
    verb.on_parsed([=, &action] {
        request->flags = *flags;
        request->command_line = command_line;
        action = [=] { return *show ? app::show_config(request->job_file, request->flags) : app::evolve(*request); };
    });
}

void add_resume(Command& program, Action& action, const std::string& command_line) {
    Command verb = program.verb("resume", "Go on with a run from its journals, on any number of ranks");
    auto request = std::make_shared<app::SearchRequest>();
    verb.positional("run", request->run, "Run directory", "RUN");
    add_common(verb, *request);
    const auto flags = add_job_flags(verb);
    verb.on_parsed([=, &action] {
        request->flags = *flags;
        request->command_line = command_line;
        action = [=] { return app::resume(*request); };
    });
}

}  // namespace atl::cli
