// SPDX-License-Identifier: Apache-2.0
// `atoll archive merge`: made beside OUT, whole, and then renamed to it.
#include <unistd.h>

#include <cstdio>
#include <iostream>
#include <system_error>

#include "atoll/app/content_job.hpp"
#include "atoll/app/run_directory.hpp"
#include "atoll/app/verbs.hpp"
#include "atoll/archive/merge.hpp"
#include "atoll/core/file.hpp"
#include "atoll/core/json.hpp"
#include "atoll/report/numbers.hpp"

namespace atl::app {

namespace {

namespace fs = std::filesystem;

/// Says what became of a merge, in OUT and to the user.
Json sources_json(const std::vector<archive::MergeSource>& sources) {
    Json::Array rows;
    for (const archive::MergeSource& source : sources) {
        Json row;
        row.set("path", source.path.string());
        row.set("content_hash", source.content_hash ? Json(to_hex(*source.content_hash)) : Json());
        row.set("first_island", source.first_island);
        row.set("islands", source.islands);
        row.set("evaluations", source.evaluations);
        row.set("left_out", source.left_out);
        row.set("damages", static_cast<std::uint64_t>(source.damages.size()));
        rows.push_back(std::move(row));
    }
    return rows;
}

void check_out(const RunDirectory& out) {
    std::error_code ignored;
    if (out.holds_a_run()) throw BusyError(out.root.string() + " already holds a run; choose another -o");
    if (fs::exists(out.root, ignored) && !fs::is_empty(out.root, ignored)) {
        throw InputError(out.root.string() + " is there already and not empty; choose another -o");
    }
}

void warn_of_damage(const archive::MergeSource& source) {
    for (const journal::Note& note : source.damages) {
        std::fprintf(stderr, "atoll: warning: %s is damaged, the rest is merged: %s\n", source.path.c_str(),
                     note.text.c_str());
    }
    if (source.left_out > 0) {
        std::fprintf(stderr, "atoll: warning: %s: %llu evaluations without their candidate's bytes are left out\n",
                     source.path.c_str(), static_cast<unsigned long long>(source.left_out));
    }
}

std::vector<archive::MergeSource> merge_into(const RunDirectory& made, const MergeRequest& request) {
    archive::MergeOptions options;
    options.content_of_job = content_of_job;
    options.command_line = request.command_line;
    fs::create_directories(made.log());
    std::vector<archive::MergeSource> sources = archive::merge_runs(request.runs, made.root, options);
    write_file_atomically(made.merged_from(), sources_json(sources).dump(2) + "\n");
    // The target that `archive best` measures the time to.
    if (!sources.front().jobs.empty()) write_file_atomically(made.job(), sources.front().jobs.front());
    fold_run(made.root);
    return sources;
}

}  // namespace

ExitCode archive_merge(const MergeRequest& request) {
    if (request.runs.size() < 2) throw InputError("a merge takes two runs or more");
    for (const fs::path& run : request.runs) open_run_directory(run);
    RunDirectory out{request.out.lexically_normal()};
    if (!out.root.has_filename()) out.root = out.root.parent_path();  // "merged/"
    check_out(out);
    const RunDirectory made{out.root.string() + "." + std::to_string(getpid()) + ".tmp"};
    std::vector<archive::MergeSource> sources;
    std::error_code ignored;
    try {
        sources = merge_into(made, request);
        check_out(out);
        std::error_code error;
        fs::rename(made.root, out.root, error);
        if (error) throw InfrastructureError("can not rename " + made.root.string() + ": " + error.message());
    } catch (const fs::filesystem_error& error) {
        fs::remove_all(made.root, ignored);
        throw InputError("can not make " + out.root.string() + ": " + error.code().message());
    } catch (...) {
        fs::remove_all(made.root, ignored);
        throw;
    }

    std::uint64_t evaluations = 0;
    for (const archive::MergeSource& source : sources) {
        warn_of_damage(source);
        evaluations += source.evaluations;
    }
    if (request.json) {
        Json all;
        all.set("run", out.root.string());
        all.set("evaluations", evaluations);
        all.set("sources", sources_json(sources));
        std::cout << all.dump(2) << "\n";
        return ExitCode::ok;
    }
    for (const archive::MergeSource& source : sources) std::cout << to_text(source) << "\n";
    std::cout << out.root.string() << ": " << report::count_number(evaluations) << " evaluations\n";
    return ExitCode::ok;
}

}  // namespace atl::app
