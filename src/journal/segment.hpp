// SPDX-License-Identifier: Apache-2.0
// One segment file being written: created once, appended to batch by batch, never shared.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "atoll/journal/encoding.hpp"
#include "atoll/journal/file_system_calls.hpp"

namespace atl::journal {

/// A system call that failed.
struct CallFailure {
    int error = 0;  ///< errno
    std::string call;
};

/// What became of a batch.
struct AppendOutcome {
    std::size_t safe_records = 0;  ///< how many from its beginning are synced
    std::optional<CallFailure> failure;
    /// The failure is want of space and the file is cut to whole records: what did not fit may be appended again.
    bool may_retry = false;
};

/// Invariant: the first `synced_bytes()` of the file are on disk and end with a whole frame.
class Segment {
public:
    /// Creates file and folder, writes preamble and header frame, syncs both. Throws BusyError, InfrastructureError.
    Segment(const std::filesystem::path& path, const SegmentInfo& info, FileSystemCalls& calls);
    ~Segment();
    Segment(const Segment&) = delete;
    Segment& operator=(const Segment&) = delete;

    /// Writes and syncs `batch`; record i ends before batch[record_ends[i]]. After a failed write, what fitted is cut
    /// to whole records and synced; unless `may_retry`, the segment must not be appended to again after a failure.
    AppendOutcome append(std::string_view batch, std::span<const std::size_t> record_ends);

    std::uint64_t synced_bytes() const { return synced_bytes_; }
    const std::filesystem::path& path() const { return path_; }

private:
    void write_header(const SegmentInfo& info);

    std::filesystem::path path_;
    FileSystemCalls& calls_;
    int descriptor_ = -1;
    std::uint64_t synced_bytes_ = 0;
};

/// Writes all of `bytes`, going on after partial writes and EINTR. Returns how many were written; fewer than asked for
/// mean failure, with errno set.
std::size_t write_all(FileSystemCalls& calls, int descriptor, std::string_view bytes);

/// The disk or a quota is full: space may come back.
bool is_want_of_space(const CallFailure& failure);

/// Syncs a folder so that the names in it survive power loss. Returns 0 or errno.
int sync_folder(FileSystemCalls& calls, const std::filesystem::path& folder);

/// "write to PATH: No space left on device (file system mounted at /scratch, 0 bytes free)".
std::string describe(const CallFailure& failure, const std::filesystem::path& path);

/// What the user should do about it, for instance "free space".
std::string remedy(const CallFailure& failure);

}  // namespace atl::journal
