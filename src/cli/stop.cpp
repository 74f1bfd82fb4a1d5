// SPDX-License-Identifier: Apache-2.0
// The verb that ends a run from outside: atoll stop RUN.
#include <memory>

#include "atoll/app/verbs.hpp"
#include "verbs.hpp"

namespace atl::cli {

void add_stop(Command& program, Action& action) {
    Command verb = program.verb("stop", "Ask a running search to stop; it ends with 75 and can be resumed");
    auto request = std::make_shared<app::StopRequest>();
    verb.positional("run", request->run, "Run directory", "RUN");
    verb.option("--wait", request->wait_seconds, 0, 1e9,
                "Wait until it has ended, at most so long, and exit with its code; 5 when it did not end in time",
                "SECONDS");
    verb.flag("--json", request->json, "Print as JSON");
    verb.on_parsed([=, &action] { action = [=] { return app::stop(*request); }; });
}

}  // namespace atl::cli
