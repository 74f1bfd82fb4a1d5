// SPDX-License-Identifier: Apache-2.0
// `atoll archive ...`: all read the journals, so they are current even after kill -9.
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <iostream>

#include "atoll/app/content_job.hpp"
#include "atoll/app/genomes.hpp"
#include "atoll/app/job.hpp"
#include "atoll/app/run_directory.hpp"
#include "atoll/app/verbs.hpp"
#include "atoll/archive/content_hash.hpp"
#include "atoll/archive/fold.hpp"
#include "atoll/archive/queries.hpp"
#include "atoll/core/file.hpp"
#include "atoll/core/json.hpp"
#include "atoll/core/number.hpp"
#include "atoll/llm/trace.hpp"
#include "atoll/report/numbers.hpp"
#include "atoll/report/table.hpp"

namespace atl::app {

namespace {

Json notes_json(const std::vector<journal::Note>& notes) {
    Json::Array array;
    for (const journal::Note& note : notes) {
        Json json;
        json.set("file", note.file.string());
        json.set("offset", note.offset);
        json.set("bytes", note.bytes);
        json.set("text", note.text);
        array.push_back(std::move(json));
    }
    return array;
}

void print_notes(const char* kind, const std::vector<journal::Note>& notes) {
    for (const journal::Note& note : notes) std::cout << kind << "  " << note.text << "\n";
}

template <class T>
Json optional_json(const std::optional<T>& value) {
    return value ? Json(*value) : Json();
}

}  // namespace

ExitCode archive_fold(const std::filesystem::path& root, bool background, bool json) {
    if (background) {
        prctl(PR_SET_PDEATHSIG, SIGTERM);
        setpriority(PRIO_PROCESS, 0, 19);
    }
    const RunDirectory run = open_run_directory(root);
    const archive::FoldReport fold = fold_run(run.root);
    if (json) {
        Json all;
        all.set("archive", run.archive().string());
        all.set("evaluations", fold.evaluations);
        all.set("migrations", fold.migrations);
        all.set("blobs", fold.blobs);
        all.set("journal_bytes", fold.journal_bytes);
        all.set("archive_bytes", fold.archive_bytes);
        all.set("torn_tails", notes_json(fold.torn_tails));
        all.set("fenced", notes_json(fold.fenced));
        all.set("damages", notes_json(fold.damages));
        std::cout << all.dump(2) << "\n";
    } else {
        std::cout << run.archive().string() << ": " << fold.evaluations << " evaluations, " << fold.migrations
                  << " migrations, " << fold.archive_bytes << " bytes\n";
        print_notes("note", fold.torn_tails);
        print_notes("note", fold.fenced);
        print_notes("damage", fold.damages);
    }
    return ExitCode::ok;
}

ExitCode archive_list(const std::filesystem::path& root, bool json) {
    const RunDirectory run = open_run_directory(root);
    const auto tables = archive::list(journal::read_run(run.root));
    if (json) {
        Json::Array all;
        for (const auto& table : tables) {
            Json row;
            row.set("table", table.name);
            row.set("rows", table.rows);
            Json::Array columns;
            for (const std::string& column : table.columns) columns.emplace_back(column);
            row.set("columns", std::move(columns));
            all.push_back(std::move(row));
        }
        std::cout << Json(std::move(all)).dump(2) << "\n";
        return ExitCode::ok;
    }
    report::Table printed(run.root.string(),
                          {{"table", report::Align::left}, {"rows"}, {"columns", report::Align::left}});
    for (const auto& table : tables) {
        std::string columns;
        for (const std::string& column : table.columns) columns += (columns.empty() ? "" : " ") + column;
        printed.add_row({table.name, report::count_number(table.rows), columns});
    }
    printed.print(std::cout);
    return ExitCode::ok;
}

namespace {

void write_best_candidate(const journal::RunContents& contents, const archive::Best& best,
                          const std::filesystem::path& file) {
    const EvaluationRecord* const found = best.found ? archive::find_evaluation(contents, best.key) : nullptr;
    if (found == nullptr) {
        throw InputError("no evaluation has the verdict ok: there is no candidate to write to " + file.string());
    }
    write_file_atomically(file, stored_text(found->candidate));
}

}  // namespace

ExitCode archive_best(const std::filesystem::path& root, const std::optional<std::filesystem::path>& candidate,
                      bool json) {
    const RunDirectory run = open_run_directory(root);
    const journal::RunContents contents = archive::read_with_best_candidate(run.root);
    const archive::Best best = archive::best(contents, stored_target(run));
    if (candidate) write_best_candidate(contents, best, *candidate);
    Json all;
    all.set("problem", best.problem);
    all.set("direction", to_string(best.direction));
    all.set("lower", best.found ? Json(best.lower) : Json());
    all.set("upper", best.found ? Json(best.upper) : Json());
    Json::Array witness;
    for (const double x : best.witness) witness.emplace_back(hex_float(x));
    all.set("witness", std::move(witness));
    all.set("genome", best.found ? Json(best.genome) : Json());
    all.set("candidate_sha256", best.found ? Json(to_hex(best.candidate_sha256)) : Json());
    all.set("key", best.found ? Json(to_string(best.key)) : Json());
    all.set("seconds_to_target", optional_json(best.seconds_to_target));
    all.set("evaluations_to_target", optional_json(best.evaluations_to_target));
    all.set("reproducible", archive::judge_reproducibility(contents, is_deterministic(contents)).reproducible);
    if (json) {
        std::cout << all.dump(2) << "\n";
        return ExitCode::ok;
    }
    std::cout << "problem  " << best.problem << " (" << to_string(best.direction) << ")\n";
    if (!best.found) {
        std::cout << "best     none: no evaluation has the verdict ok\n";
        return ExitCode::ok;
    }
    std::cout << "best     " << report::interval({best.lower, best.upper}) << "\nkey      " << to_string(best.key)
              << "\nsha256   " << to_hex(best.candidate_sha256) << "\n";
    if (best.seconds_to_target) {
        std::cout << "target   reached after " << report::duration(*best.seconds_to_target) << " and "
                  << report::count_number(*best.evaluations_to_target) << " evaluations\n";
    }
    return ExitCode::ok;
}

ExitCode archive_hash(const std::filesystem::path& root, bool json) {
    const RunDirectory run = open_run_directory(root);
    journal::ReadOptions options;
    options.load_candidates = false;
    const journal::RunContents contents = journal::read_run(run.root, options);
    const std::string hash = to_hex(archive::content_hash(contents, archive::content_toml(contents, content_of_job)));
    const archive::Reproducibility judged = archive::judge_reproducibility(contents, is_deterministic(contents));
    if (json) {
        Json all;
        all.set("hash", hash);
        all.set("reproducible", judged.reproducible);
        all.set("reason", judged.reason);
        all.set("evaluations", static_cast<std::uint64_t>(contents.evaluations.size()));
        all.set("migrations", static_cast<std::uint64_t>(contents.migrations.size()));
        std::cout << all.dump(2) << "\n";
        return ExitCode::ok;
    }
    std::cout << hash << "\n" << (judged.reproducible ? "reproducible" : "not reproducible: " + judged.reason) << "\n";
    print_notes("damage", contents.damages);
    return ExitCode::ok;
}

ExitCode archive_verify(const std::filesystem::path& root, bool json) {
    const RunDirectory run = open_run_directory(root);
    const archive::VerifyReport verify = archive::verify_run(run.root);
    if (json) {
        Json all;
        all.set("sound", verify.sound());
        all.set("evaluations", verify.evaluations);
        all.set("blobs", verify.blobs);
        all.set("archive", archive::to_string(verify.archive));
        all.set("archive_evaluations", verify.archive_evaluations);
        all.set("torn_tails", notes_json(verify.torn_tails));
        all.set("fenced", notes_json(verify.fenced));
        all.set("duplicates", notes_json(verify.duplicates));
        all.set("damages", notes_json(verify.damages));
        std::cout << all.dump(2) << "\n";
    } else {
        std::cout << run.root.string() << ": " << (verify.sound() ? "sound" : "damaged") << ", " << verify.evaluations
                  << " evaluations, " << verify.blobs << " candidates, archive.h5 "
                  << archive::to_string(verify.archive) << "\n";
        print_notes("note", verify.torn_tails);
        print_notes("note", verify.fenced);
        print_notes("note", verify.duplicates);
        print_notes("damage", verify.damages);
    }
    return verify.sound() ? ExitCode::ok : ExitCode::damaged;
}

namespace {

/// Writes to a file, or to standard output when there is none.
template <class Write>
void write_output(const std::optional<std::filesystem::path>& output, const Write& write) {
    if (!output) {
        write(std::cout);
        return;
    }
    std::ofstream file(*output, std::ios::binary | std::ios::trunc);
    if (!file) throw InputError("can not write " + output->string());
    write(file);
    file.close();
    if (!file) throw InfrastructureError("writing " + output->string() + " failed; is the disk full?");
}

}  // namespace

ExitCode archive_trace(const std::filesystem::path& root, const std::optional<std::filesystem::path>& output) {
    const RunDirectory run = open_run_directory(root);
    const journal::RunContents contents = journal::read_run(run.root);
    write_output(output, [&contents](std::ostream& out) {
        for (const LlmCallRecord& call : contents.llm_calls) {
            if (llm::belongs_into_trace(call)) out << llm::trace_line(call);
        }
    });
    return ExitCode::ok;
}

ExitCode archive_export(const std::filesystem::path& root, const std::string& table,
                        const std::optional<std::filesystem::path>& output) {
    const RunDirectory run = open_run_directory(root);
    const journal::RunContents contents = journal::read_run(run.root);
    write_output(output, [&](std::ostream& out) { archive::export_csv(contents, table, out); });
    return ExitCode::ok;
}

}  // namespace atl::app
