// SPDX-License-Identifier: Apache-2.0
// The journal of one rank on disk: group commit on one writer thread, acknowledgement after sync.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "atoll/journal/encoding.hpp"
#include "atoll/journal/file_system_calls.hpp"
#include "atoll/journal/sink.hpp"

namespace atl::journal {

struct WriterOptions {
    /// Gets a line `island/step/slot/attempt` per evaluation after its sync, in one O_APPEND write a batch, so that all
    /// ranks may share one file. Empty: none.
    std::filesystem::path acknowledgement_log;
    FileSystemCalls* calls = nullptr;  ///< null: the real system

    /// Nothing is acknowledged once this file exists: the name under which a later process takes the run over. Empty:
    /// nobody does.
    std::filesystem::path fence = {};
    /// Who stands behind the fence, for the message: "incarnation 3, process 7 on n12".
    std::function<std::string()> describe_successor = {};

    /// Kept aside in RUN/journal/reserve-<rank> for the last records of a run; 0: none.
    std::uint64_t reserve_bytes = 0;
    std::chrono::milliseconds space_retry{1000};  ///< from one try to the next on a full disk
    /// How long a run that ends waits for space once its reserve is released.
    std::chrono::milliseconds space_grace{5000};
    /// Called by the writer thread once when it begins to wait for space, with what to say, and once when all it had to
    /// write is safe. Must not call the journal.
    std::function<void(const std::string&)> on_pause = {};
    std::function<void()> on_resume = {};
};

/// Appends to RUN/journal/<incarnation>-<rank>.atj, a new file that nobody else ever writes to.
/// Invariant: `acknowledged()` never counts a record that a crash of the process or the machine could lose.
///
/// append() only queues; the writer thread takes all that is queued, encodes it, and commits it with one write and one
/// fdatasync, then writes the acknowledgement log, moves acknowledged() and makes descriptor() readable.
///
/// When disk or quota are full, what fitted is cut to whole records, synced and acknowledged; the rest is tried again
/// until there is space, in the same order and each record once. Only a run that ends gives up: some time after
/// release_reserve(), flush() or the destructor have let go of the reserve.
///
/// When anything else fails (a file size limit, EIO, any sync) or another process took the run over, append(),
/// acknowledged() and flush() throw InfrastructureError, for good; what was safe before stays safe.
class FileJournal final : public JournalSink {
public:
    /// Creates the segment, writes its header and syncs file and folder. Throws BusyError when the segment exists,
    /// InfrastructureError when it can not be made.
    FileJournal(const std::filesystem::path& run_directory, const SegmentInfo& info, WriterOptions options = {});

    /// Commits what is queued; errors are lost here, so call flush() first.
    ~FileJournal() override;
    FileJournal(const FileJournal&) = delete;
    FileJournal& operator=(const FileJournal&) = delete;

    /// Throws InputError when the record is longer than a frame may be.
    std::uint64_t append(Record record) override;
    /// Also takes back the readiness of descriptor().
    std::uint64_t acknowledged() override;
    int descriptor() const override;
    void release_reserve() override;
    void flush() override;

    /// As acknowledged(), but never throws: how much is safe after a failure.
    std::uint64_t safe_records() const noexcept;
    /// Bytes of the segment that are synced, preamble and header included.
    std::uint64_t segment_bytes() const noexcept;

private:
    class Implementation;
    std::unique_ptr<Implementation> implementation_;
};

/// RUN/journal/<incarnation>-<rank>.atj.
std::filesystem::path segment_path(const std::filesystem::path& run_directory, std::uint32_t incarnation,
                                   std::uint32_t rank);

/// One more than the highest incarnation that left a segment; 0 for a new run. Ask once, on one rank, before any
/// FileJournal is made, and tell the others.
std::uint32_t next_incarnation(const std::filesystem::path& run_directory);

}  // namespace atl::journal
