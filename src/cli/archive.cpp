// SPDX-License-Identifier: Apache-2.0
// The questions to an archive: atoll archive ls, verify, fold, best and export.
#include <memory>
#include <optional>
#include <string>

#include "atoll/app/verbs.hpp"
#include "verbs.hpp"

namespace atl::cli {

namespace {

struct Words {
    std::filesystem::path run;
    bool json = false;
    bool background = false;
    std::string table = "evaluations";
    std::optional<std::filesystem::path> output;
};

CLI::App* add_verb(CLI::App& archive, const std::shared_ptr<Words>& words, const char* name, const char* text) {
    CLI::App* verb = archive.add_subcommand(name, text);
    verb->add_option("run", words->run, "Run directory")->required()->type_name("RUN");
    return verb;
}

}  // namespace

void add_archive(CLI::App& program, Action& action) {
    CLI::App* archive = program.add_subcommand("archive", "Questions to a run's archive; all read the journals first");
    archive->require_subcommand(1);
    auto words = std::make_shared<Words>();

    CLI::App* list = add_verb(*archive, words, "ls", "Tables, rows and columns");
    list->callback([=, &action] { action = [=] { return app::archive_list(words->run, words->json); }; });
    CLI::App* verify =
        add_verb(*archive, words, "verify", "Replay the journals and compare archive.h5 with them; 6 when damaged");
    verify->callback([=, &action] { action = [=] { return app::archive_verify(words->run, words->json); }; });
    CLI::App* fold = add_verb(*archive, words, "fold", "Make archive.h5 from the journals");
    fold->add_flag("--background", words->background, "At lowest priority, ending with its parent");
    fold->callback(
        [=, &action] { action = [=] { return app::archive_fold(words->run, words->background, words->json); }; });
    CLI::App* best = add_verb(*archive, words, "best", "The best proven candidate");
    best->callback([=, &action] { action = [=] { return app::archive_best(words->run, words->json); }; });
    for (CLI::App* verb : {list, verify, fold, best}) verb->add_flag("--json", words->json, "Print as JSON");

    CLI::App* table = add_verb(*archive, words, "export", "One table as CSV");
    table->add_option("--table", words->table, "Which table")->type_name("NAME");
    table->add_option("--output", words->output, "File (default: standard output)")->type_name("FILE");
    table->callback(
        [=, &action] { action = [=] { return app::archive_export(words->run, words->table, words->output); }; });
}

}  // namespace atl::cli
