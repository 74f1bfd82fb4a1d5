// SPDX-License-Identifier: Apache-2.0
// The folder of one run: where its files lie and how it comes to be.
#include "atoll/app/run_directory.hpp"

#include <unistd.h>

#include <cerrno>
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

/// A wrong path is the user's; a full or broken disk is not.
void make_folder(const std::filesystem::path& folder) {
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (!error) return;
    const std::string message = "can not make " + folder.string() + ": " + error.message();
    if (error == std::errc::no_space_on_device || error == std::errc::io_error || error.value() == EDQUOT) {
        throw InfrastructureError(message + "; free space or check the file system, then start again");
    }
    throw InputError(message + "; choose another --out");
}

}  // namespace

std::string host_name() {
    char name[256] = {};
    return gethostname(name, sizeof name - 1) == 0 ? name : "unknown";
}

bool RunDirectory::holds_a_run() const {
    // A start that ended before its job was written has recorded nothing: another one may take its folder.
    std::error_code error;
    if (!std::filesystem::exists(journal(), error)) return false;
    if (std::filesystem::exists(job(), error)) return true;
    const bool is_empty = std::filesystem::is_empty(journal(), error);
    if (error) {
        throw InfrastructureError("can not list " + journal().string() + ": " + error.message() +
                                  "; check the file system, then start again");
    }
    return !is_empty;
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
    make_folder(run.journal());
    make_folder(run.log());
    return run;
}

std::filesystem::path reserve_default_run_folder(const std::string& problem) {
    const std::string prefix = problem + "-" + compact_timestamp() + "-";
    std::error_code error;
    std::filesystem::create_directories("runs", error);
    for (int n = 0; n < 1000; ++n) {
        std::filesystem::path root = std::filesystem::path("runs") / (prefix + std::to_string(n));
        // NOTE: create_directory says whether this process made it, so two runs started at once get two folders.
        if (std::filesystem::create_directory(root, error)) return root;
        if (error)
            throw InputError("can not make a run directory under ./runs: " + error.message() +
                             "; choose one with --out");
    }
    throw InputError("runs/" + prefix + "0 to 999 exist already; choose a run directory with --out");
}

RunDirectory create_default_run_directory(const std::string& problem) {
    return create_run_directory(reserve_default_run_folder(problem));
}

RunDirectory open_run_directory(const std::filesystem::path& root) {
    RunDirectory run{root};
    if (!std::filesystem::is_directory(root)) {
        throw InputError(root.string() + " is not a run directory: there is no such folder");
    }
    if (!run.holds_a_run()) {
        throw InputError(root.string() + " is not a run directory: it holds no journal and no job of a run");
    }
    return run;
}

}  // namespace atl::app
