// SPDX-License-Identifier: Apache-2.0
// The folder of one run: where its files lie and how it comes to be.
#include "atoll/app/run_directory.hpp"

#include <system_error>

#include "atoll/core/clock.hpp"
#include "atoll/core/error.hpp"

namespace atl::app {

namespace {

/// "2026-01-31T12:34:56Z" -> "20260131T123456Z": no colons in folder names.
std::string compact_timestamp() {
    std::string text = utc_timestamp();
    std::erase_if(text, [](char c) { return c == '-' || c == ':'; });
    return text;
}

}  // namespace

bool RunDirectory::holds_a_run() const {
    std::error_code ignored;
    return std::filesystem::exists(journal(), ignored);
}

void refuse_existing_run(const RunDirectory& run) {
    throw BusyError(run.root.string() + " already holds a run; go on with 'atoll resume " + run.root.string() +
                    "' or choose another --out");
}

RunDirectory create_run_directory(const std::filesystem::path& root) {
    RunDirectory run{root};
    std::error_code error;
    if (run.holds_a_run()) refuse_existing_run(run);
    if (std::filesystem::exists(run.job(), error)) {
        throw InputError(run.job().string() + " is there already and not a run's; choose another --out");
    }
    std::filesystem::create_directories(run.journal(), error);
    if (error) throw InputError("can not make the run directory " + root.string() + ": " + error.message());
    std::filesystem::create_directories(run.log(), error);
    if (error) throw InputError("can not make " + run.log().string() + ": " + error.message());
    return run;
}

RunDirectory create_default_run_directory(const std::string& problem) {
    const std::string prefix = problem + "-" + compact_timestamp() + "-";
    std::error_code error;
    std::filesystem::create_directories("runs", error);
    for (int n = 0; n < 1000; ++n) {
        const std::filesystem::path root = std::filesystem::path("runs") / (prefix + std::to_string(n));
        // NOTE: create_directory says whether this process made it, so two runs started at once get two folders.
        if (std::filesystem::create_directory(root, error)) return create_run_directory(root);
        if (error)
            throw InputError("can not make a run directory under ./runs: " + error.message() +
                             "; choose one with --out");
    }
    throw InputError("runs/" + prefix + "0 to 999 exist already; choose a run directory with --out");
}

RunDirectory open_run_directory(const std::filesystem::path& root) {
    RunDirectory run{root};
    if (!std::filesystem::is_directory(root)) {
        throw InputError(root.string() + " is not a run directory: there is no such folder");
    }
    if (!run.holds_a_run()) {
        throw InputError(root.string() + " is not a run directory: it has no journal/");
    }
    return run;
}

}  // namespace atl::app
