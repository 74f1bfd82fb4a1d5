// SPDX-License-Identifier: Apache-2.0
// The verb that judges one candidate: atoll evaluate JOB.toml FILE.
#include "atoll/app/verbs.hpp"
#include "job_flags.hpp"
#include "verbs.hpp"

namespace atl::cli {

void add_evaluate(CLI::App& program, Action& action) {
    CLI::App* verb = program.add_subcommand("evaluate", "Judge one candidate; exit code 0 whatever the verdict");
    auto request = std::make_shared<app::EvaluateRequest>();
    verb->add_option("job", request->job_file, "Job file (TOML)")->required()->type_name("JOB.toml");
    verb->add_option("candidate", request->candidate, "Candidate file")->required()->type_name("FILE");
    verb->add_option("--instances", request->instances, "Which instances to judge by")
        ->check(CLI::IsMember({"open", "hidden"}));
    verb->add_flag("--json", request->json, "Print as JSON");
    const auto flags = add_job_flags(*verb);
    verb->callback([=, &action] {
        request->flags = *flags;
        action = [=] { return app::evaluate(*request); };
    });
}

}  // namespace atl::cli
