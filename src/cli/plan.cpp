// SPDX-License-Identifier: Apache-2.0
// The verb that searches training plans: atoll plan JOB.toml, or flags alone.
#include "atoll/app/plan.hpp"

#include <memory>

#include "job_flags.hpp"
#include "verbs.hpp"

namespace atl::cli {

void add_plan(Command& program, Action& action, const std::string& command_line) {
    Command verb = program.verb("plan", "Find the fastest way to train a model on a cluster, with proof");
    auto request = std::make_shared<app::PlanRequest>();
    verb.option("job", request->job_file, "Job file (TOML); flags alone do, too", "JOB.toml");
    verb.option("-o,--out", request->run, "Folder for what was found", "RUN");
    verb.flag("--json", request->json, "Print as JSON");
    verb.flag("--show-config", request->show_config, "Print every option, its value and where it came from, and stop");
    verb.flag("--explain", request->explain, "What sets the best plan apart, what binds it, which plans are as good");
    verb.flag("--from-slurm", request->from_slurm, "For the GPUs of the Slurm job that this runs in");
    verb.flag("--stages", request->stages, "Memory of every pipeline stage of the best plan");
    verb.option("--pictures", request->pictures, "Folder for memory.svg and timeline.svg of the best plan", "DIR");
    const auto flags = add_option_flags(verb, app::plan_options());
    verb.callback(
        "--seq", [flags](const std::string& value) { flags->emplace_back("--sequence", value); },
        "Short for --sequence", job_options_group);
    add_plan_tables(verb, action);
    verb.on_parsed([=, &action] {
        if (action) return;  // a verb below was given
        request->flags = *flags;
        request->command_line = command_line;
        action = [=] { return app::plan(*request); };
    });
}

}  // namespace atl::cli
