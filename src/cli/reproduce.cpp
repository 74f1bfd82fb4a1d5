// SPDX-License-Identifier: Apache-2.0
// The verb that prints published tables beside what is measured here: atoll reproduce plan.
#include "atoll/app/plan.hpp"
#include "verbs.hpp"

namespace atl::cli {

void add_reproduce(Command& program, Action& action) {
    Command verb = program.verb("reproduce", "Print published figures beside those measured here");
    verb.require_verb();
    Command plan = verb.verb(
        "plan", "Astra: search times on one type of GPU, several, for money; the time model's error. A minute");
    plan.on_parsed([&action] { action = [] { return app::reproduce_plan(); }; });
}

}  // namespace atl::cli
