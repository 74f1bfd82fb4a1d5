// SPDX-License-Identifier: Apache-2.0
// The folder of one run: where its files lie, and how it comes to be.
#pragma once

#include <filesystem>
#include <string>

namespace atl::app {

/// Paths inside RUN; nothing is created by asking.
struct RunDirectory {
    std::filesystem::path root;

    std::filesystem::path job() const { return root / "job.toml"; }
    std::filesystem::path journal() const { return root / "journal"; }
    std::filesystem::path archive() const { return root / "archive.h5"; }
    std::filesystem::path status() const { return root / "status.json"; }
    std::filesystem::path outcome() const { return root / "outcome.json"; }
    std::filesystem::path merged_from() const { return root / "merged_from.json"; }  ///< only `archive merge` makes it
    std::filesystem::path final_check() const { return root / "final_check.json"; }
    std::filesystem::path lease() const { return root / "lease"; }
    std::filesystem::path stop() const { return root / "stop"; }
    std::filesystem::path log() const { return root / "log"; }
    std::filesystem::path figures() const { return root / "figures"; }

    /// Throws InfrastructureError when the folder can not be listed.
    bool holds_a_run() const;
};

/// Makes a new run directory (an existing empty folder is taken). Throws BusyError naming `resume` when it holds a run,
/// InputError when the path can not be a run directory.
RunDirectory create_run_directory(const std::filesystem::path& root);

/// Throws the BusyError that names `resume`.
[[noreturn]] void refuse_existing_run(const RunDirectory& run);

/// runs/<problem>-<UTC>-<n>, the first n that is free.
RunDirectory create_default_run_directory(const std::string& problem);

/// As create_default_run_directory, but an empty folder, which `create_run_directory` takes later.
std::filesystem::path reserve_default_run_folder(const std::string& problem);

/// Throws InputError with the remedy unless the folder holds a run.
RunDirectory open_run_directory(const std::filesystem::path& root);

/// This machine's name, or "unknown".
std::string host_name();

}  // namespace atl::app
