// SPDX-License-Identifier: Apache-2.0
// Folds the journals of a run into RUN/archive.h5, the file people open.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "atoll/archive/content_hash.hpp"
#include "atoll/journal/file_system_calls.hpp"
#include "atoll/journal/reader.hpp"

namespace atl::archive {

/// Version of the HDF5 layout, root attribute `format` (docs/archive-format.md).
constexpr int archive_format_major = 1;
constexpr int archive_format_minor = 3;

struct FoldReport {
    std::uint64_t evaluations = 0;
    std::uint64_t migrations = 0;
    std::uint64_t blobs = 0;
    std::uint64_t journal_bytes = 0;  ///< lengths of all segments when the fold began
    std::uint64_t archive_bytes = 0;
    std::vector<journal::Note> torn_tails;
    std::vector<journal::Note> fenced;
    std::vector<journal::Note> damages;  ///< left out of the archive
};

struct FoldOptions {
    std::string date;  ///< root attribute `date`; empty: now. Same date, same journals: same bytes
    journal::FileSystemCalls* calls = nullptr;  ///< null: the real system
    ContentOfJob content_of_job = nullptr;      ///< for the attribute content_toml of /run; empty: it is left out
};

/// Reads the journals up to their present lengths, writes RUN/archive.h5.<pid>.tmp, syncs it and renames it into place:
/// archive.h5 is the old file or the new one, whole. Blocking and heavy: run it in a child process, never on the loop.
/// Throws what read_run() throws, InfrastructureError when the file can not be written, and BusyError when the run was
/// resumed meanwhile; the old file is then kept.
FoldReport fold_archive(const std::filesystem::path& run_directory, const FoldOptions& options = {});

}  // namespace atl::archive
