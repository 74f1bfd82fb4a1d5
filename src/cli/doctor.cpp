// SPDX-License-Identifier: Apache-2.0
// The verb that looks at this machine: atoll doctor sandbox.
#include <memory>

#include "atoll/app/verbs.hpp"
#include "verbs.hpp"

namespace atl::cli {

void add_doctor(Command& program, Action& action) {
    Command doctor = program.verb("doctor", "What works on this machine, and why the rest does not");
    doctor.require_verb();
    Command sandbox = doctor.verb("sandbox", "Each layer of the sandbox, tried here; 5 when programs can not be run");
    auto request = std::make_shared<app::DoctorRequest>();
    sandbox.option("--job", request->job_file, "Job whose Python, read paths and required layers count", "JOB.toml");
    sandbox.flag("--json", request->json, "Print as JSON");
    sandbox.on_parsed([=, &action] { action = [=] { return app::doctor_sandbox(*request); }; });
}

}  // namespace atl::cli
