// SPDX-License-Identifier: Apache-2.0
// The verb that starts a problem of the user's own: atoll new NAME --kind KIND.
#include "atoll/app/new_problem.hpp"
#include "verbs.hpp"

namespace atl::cli {

void add_new(Command& program, Action& action) {
    Command verb = program.verb("new", "Start a problem of your own: a folder with a job, a verifier and a README");
    auto request = std::make_shared<app::NewProblemRequest>();
    verb.positional("name", request->name, "Name of the problem and of its folder", "NAME");
    verb.required_option("--kind", request->kind, "What candidates are: vector, program-cpp or program-python", "KIND");
    verb.option("--folder", request->folder, "Where to make the problem's folder (default: here)", "DIR");
    verb.flag("--json", request->json, "Print as JSON");
    verb.on_parsed([=, &action] { action = [=] { return app::new_problem(*request); }; });
}

}  // namespace atl::cli
