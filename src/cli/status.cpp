// SPDX-License-Identifier: Apache-2.0
// The verbs that look at a run: atoll status RUN, atoll report RUN.
#include <memory>
#include <optional>

#include "atoll/app/verbs.hpp"
#include "verbs.hpp"

namespace atl::cli {

void add_status(Command& program, Action& action) {
    struct Words {
        std::filesystem::path run;
        bool json = false;
        bool exit_code = false;
    };
    Command verb = program.verb("status", "What a run last said of itself");
    auto words = std::make_shared<Words>();
    verb.positional("run", words->run, "Run directory", "RUN");
    verb.flag("--json", words->json, "Print as JSON");
    verb.flag("--exit-code", words->exit_code,
              "Exit with the run's own code once it has ended, with 75 when it was killed");
    verb.on_parsed([=, &action] { action = [=] { return app::status(words->run, words->json, words->exit_code); }; });
}

void add_report(Command& program, Action& action) {
    struct Words {
        std::filesystem::path run;
        std::optional<std::filesystem::path> figures;
        bool json = false;
    };
    Command verb = program.verb("report", "Tables and figures of a run");
    auto words = std::make_shared<Words>();
    verb.positional("run", words->run, "Run directory", "RUN");
    verb.option("--figures", words->figures, "Folder for the figures (default RUN/figures)", "DIR");
    verb.flag("--json", words->json, "Print as JSON");
    verb.on_parsed([=, &action] { action = [=] { return app::report(words->run, words->figures, words->json); }; });
}

}  // namespace atl::cli
