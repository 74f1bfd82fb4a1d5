// SPDX-License-Identifier: Apache-2.0
// The folder of one run: where its files lie, how it comes to be, and who holds it.
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
    std::filesystem::path lease() const { return root / "lease"; }
    std::filesystem::path stop() const { return root / "stop"; }
    std::filesystem::path log() const { return root / "log"; }
    std::filesystem::path figures() const { return root / "figures"; }

    bool holds_a_run() const;
};

/// Makes a new run directory (an existing empty folder is taken). Throws BusyError naming `resume` when it holds a run,
/// InputError when the path can not be a run directory.
RunDirectory create_run_directory(const std::filesystem::path& root);

/// runs/<problem>-<UTC>-<n>, the first n that is free.
RunDirectory create_default_run_directory(const std::string& problem);

/// As create_default_run_directory, but an empty folder, which `create_run_directory` takes later.
std::filesystem::path reserve_default_run_folder(const std::string& problem);

/// Throws InputError with the remedy unless the folder holds a run.
RunDirectory open_run_directory(const std::filesystem::path& root);

/// True while a process holds the run's lease; changes nothing.
bool is_held(const RunDirectory& run);

/// This machine's name, or "unknown".
std::string host_name();

/// Exclusive hold on a run directory while the object lives; the system drops it when the process dies.
class Lease {
public:
    /// Throws BusyError naming the holder (host, pid, since when) when another process holds it.
    explicit Lease(const RunDirectory& run);
    ~Lease();
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;

private:
    int descriptor_ = -1;
};

}  // namespace atl::app
