// SPDX-License-Identifier: Apache-2.0
// Where the engine hands records over, and how it learns that they are safe.
#pragma once

#include <cstdint>

#include "atoll/core/record.hpp"

namespace atl::journal {

/// Appends records in order. A record is *acknowledged* once it and all before it are synced to disk.
/// One thread (the loop) calls everything here; nothing blocks on the disk.
class JournalSink {
public:
    virtual ~JournalSink() = default;

    /// Takes the record over and returns its sequence number, counted from 1.
    virtual std::uint64_t append(Record record) = 0;

    /// The highest sequence number that is durable; every lower one is, too.
    /// Throws InfrastructureError (disk full names the file system and what was kept) once the writer has failed.
    virtual std::uint64_t acknowledged() = 0;

    /// A descriptor that becomes readable when `acknowledged()` may have moved; -1 where it moves at once.
    virtual int descriptor() const { return -1; }

    /// The run is about to end: space kept for its last records may be used, and is not waited for for ever.
    virtual void release_reserve() {}

    /// Blocks until all appended is acknowledged; for the end of a run only.
    virtual void flush() = 0;
};

/// Keeps records in memory and acknowledges at once: for simulation and tests.
class MemoryJournal final : public JournalSink {
public:
    std::uint64_t append(Record record) override {
        records_.push_back(std::move(record));
        return records_.size();
    }
    std::uint64_t acknowledged() override { return records_.size(); }
    void flush() override {}
    const std::vector<Record>& records() const { return records_; }

private:
    std::vector<Record> records_;
};

}  // namespace atl::journal
