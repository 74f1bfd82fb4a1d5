// SPDX-License-Identifier: Apache-2.0
// The questions to an archive: atoll archive ls, verify, fold, best, hash, trace, export and merge.
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

}  // namespace

void add_archive(Command& program, Action& action, const std::string& command_line) {
    Command archive = program.verb("archive", "Questions to a run's archive; all read the journals first");
    archive.require_verb();
    auto words = std::make_shared<Words>();
    const auto add = [&](const char* name, const char* text, const Action& does) {
        Command verb = archive.verb(name, text);
        verb.positional("run", words->run, "Run directory", "RUN");
        verb.on_parsed([&action, does] { action = does; });
        return verb;
    };
    Command list = add("ls", "Tables, rows and columns", [=] { return app::archive_list(words->run, words->json); });
    Command verify = add("verify", "Replay the journals and compare archive.h5 with them; 6 when damaged",
                         [=] { return app::archive_verify(words->run, words->json); });
    Command fold = add("fold", "Make archive.h5 from the journals",
                       [=] { return app::archive_fold(words->run, words->background, words->json); });
    Command best = add("best", "The best proven candidate",
                       [=] { return app::archive_best(words->run, words->output, words->json); });
    best.option("--candidate", words->output, "Write the candidate itself, as evaluate takes it", "FILE");
    Command hash = add("hash", "SHA-256 over what the run found, the same on any rank count when it was deterministic",
                       [=] { return app::archive_hash(words->run, words->json); });
    for (Command* verb : {&list, &verify, &fold, &best, &hash}) verb->flag("--json", words->json, "Print as JSON");
    fold.flag("--background", words->background, "At lowest priority, ending with its parent");
    Command trace = add("trace", "What language models replied, as JSON lines that 'llm.replay' takes",
                        [=] { return app::archive_trace(words->run, words->output); });
    trace.option("--output", words->output, "File (default: standard output)", "FILE");
    Command table =
        add("export", "One table as CSV", [=] { return app::archive_export(words->run, words->table, words->output); });
    table.option("--table", words->table, "Which table", "NAME");
    table.option("--output", words->output, "File (default: standard output)", "FILE");

    Command merge = archive.verb("merge", "One run directory from several runs of one problem");
    auto request = std::make_shared<app::MergeRequest>();
    request->command_line = command_line;
    merge.positionals("runs", request->runs, "Run directories", "RUN");
    merge.required_option("-o,--out", request->out, "Run directory to make", "OUT");
    merge.flag("--json", request->json, "Print as JSON");
    merge.on_parsed([&action, request] { action = [request] { return app::archive_merge(*request); }; });
}

}  // namespace atl::cli
