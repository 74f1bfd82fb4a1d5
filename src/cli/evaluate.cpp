// SPDX-License-Identifier: Apache-2.0
// The verb that judges one candidate: atoll evaluate JOB.toml FILE.
#include "atoll/app/verbs.hpp"
#include "job_flags.hpp"
#include "verbs.hpp"

namespace atl::cli {

void add_evaluate(Command& program, Action& action) {
    Command verb = program.verb("evaluate", "Judge one candidate; exit code 0 whatever the verdict");
    auto request = std::make_shared<app::EvaluateRequest>();
    verb.positional("job", request->job_file, "Job file (TOML)", "JOB.toml");
    verb.positional("candidate", request->candidate, "Candidate file", "FILE");
    verb.choice("--instances", request->instances, {"open", "hidden"}, "Which instances to judge by");
    verb.flag("--json", request->json, "Print as JSON");
    const auto flags = add_job_flags(verb);
    verb.on_parsed([=, &action] {
        request->flags = *flags;
        action = [=] { return app::evaluate(*request); };
    });
}

}  // namespace atl::cli
