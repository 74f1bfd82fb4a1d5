// SPDX-License-Identifier: Apache-2.0
// The verbs that run a search: atoll evolve JOB.toml, atoll resume RUN.
#include "atoll/app/evolve.hpp"

#include "atoll/app/verbs.hpp"
#include "job_flags.hpp"
#include "verbs.hpp"

namespace atl::cli {

namespace {

void add_common(CLI::App& verb, app::SearchRequest& request) {
    verb.add_flag("--json", request.json, "Print the outcome as JSON");
    verb.add_flag("--quiet", request.quiet, "No progress line");
}

}  // namespace

void add_evolve(CLI::App& program, Action& action) {
    CLI::App* verb =
        program.add_subcommand("evolve", "Evolve a problem on islands; start it on several ranks with srun or mpirun");
    auto request = std::make_shared<app::SearchRequest>();
    auto show = std::make_shared<bool>(false);
    verb->add_option("job", request->job_file, "Job file (TOML)")->required()->type_name("JOB.toml");
    verb->add_option("--out", request->run, "Run directory (default runs/<problem>-<UTC>-<n>)")->type_name("RUN");
    verb->add_option("--seed-candidate", request->seed_candidate, "Candidate file to start from")->type_name("FILE");
    verb->add_flag("--show-config", *show, "Print every option, its value and where it came from, and stop");
    add_common(*verb, *request);
    const auto flags = add_job_flags(*verb);
    verb->callback([=, &action, &program] {
        request->flags = *flags;
        request->command_line = "atoll evolve " + program.config_to_str();
        action = [=] { return *show ? app::show_config(request->job_file, request->flags) : app::evolve(*request); };
    });
}

void add_resume(CLI::App& program, Action& action) {
    CLI::App* verb = program.add_subcommand("resume", "Go on with a run from its journals, on any number of ranks");
    auto request = std::make_shared<app::SearchRequest>();
    verb->add_option("run", request->run, "Run directory")->required()->type_name("RUN");
    add_common(*verb, *request);
    const auto flags = add_job_flags(*verb);
    verb->callback([=, &action] {
        request->flags = *flags;
        action = [=] { return app::resume(*request); };
    });
}

}  // namespace atl::cli
