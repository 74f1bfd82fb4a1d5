// SPDX-License-Identifier: Apache-2.0
// The verbs that look at a run: atoll status RUN, atoll report RUN.
#include <memory>
#include <optional>

#include "atoll/app/verbs.hpp"
#include "verbs.hpp"

namespace atl::cli {

void add_status(CLI::App& program, Action& action) {
    struct Words {
        std::filesystem::path run;
        bool json = false;
        bool exit_code = false;
    };
    CLI::App* verb = program.add_subcommand("status", "What a run last said of itself");
    auto words = std::make_shared<Words>();
    verb->add_option("run", words->run, "Run directory")->required()->type_name("RUN");
    verb->add_flag("--json", words->json, "Print as JSON");
    verb->add_flag("--exit-code", words->exit_code,
                   "Exit with the run's own code once it has ended, with 75 when it was killed");
    verb->callback([=, &action] { action = [=] { return app::status(words->run, words->json, words->exit_code); }; });
}

void add_report(CLI::App& program, Action& action) {
    struct Words {
        std::filesystem::path run;
        std::optional<std::filesystem::path> figures;
        bool json = false;
    };
    CLI::App* verb = program.add_subcommand("report", "Tables and figures of a run");
    auto words = std::make_shared<Words>();
    verb->add_option("run", words->run, "Run directory")->required()->type_name("RUN");
    verb->add_option("--figures", words->figures, "Folder for the figures (default RUN/figures)")->type_name("DIR");
    verb->add_flag("--json", words->json, "Print as JSON");
    verb->callback([=, &action] { action = [=] { return app::report(words->run, words->figures, words->json); }; });
}

}  // namespace atl::cli
