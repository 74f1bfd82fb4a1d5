// SPDX-License-Identifier: Apache-2.0
// Every call that makes data durable fails once, at every count: nothing acknowledged is ever lost.
#include <gtest/gtest.h>

#include <algorithm>
#include <mutex>
#include <set>
#include <thread>

#include "atoll/core/error.hpp"
#include "atoll/journal/reader.hpp"
#include "atoll/journal/writer.hpp"
#include "journal/failing_file_system.hpp"
#include "journal/sample_records.hpp"
#include "journal/temporary_folder.hpp"

namespace atl::journal {
namespace {

using atl::testing::expect_equal;
using atl::testing::FailingFileSystem;
using atl::testing::file_bytes;
using atl::testing::sample_evaluation;
using atl::testing::sample_info;
using atl::testing::TemporaryFolder;

struct Outcome {
    bool created = false;
    bool failed = false;
    std::uint64_t safe = 0;
    std::string message;
};

EvaluationRecord record_number(std::uint32_t slot) {
    return sample_evaluation({0, 2, slot, 0}, "content of candidate " + std::to_string(slot));
}

/// Appends `count` records, waiting for each, until something fails.
Outcome write_records(const std::filesystem::path& run, FailingFileSystem& calls, std::uint32_t count) {
    Outcome outcome;
    try {
        FileJournal journal(run, sample_info(),
                            {.acknowledgement_log = run / "acknowledged.log",
                             .calls = &calls,
                             .space_grace = std::chrono::milliseconds(0)});
        outcome.created = true;
        try {
            for (std::uint32_t slot = 0; slot < count; ++slot) {
                journal.append(record_number(slot));
                journal.flush();
            }
        } catch (const InfrastructureError& error) {
            outcome.failed = true;
            outcome.message = error.what();
            // For good: every call says so from now on.
            EXPECT_THROW(journal.append(record_number(count)), InfrastructureError);
            EXPECT_THROW(journal.acknowledged(), InfrastructureError);
            EXPECT_THROW(journal.flush(), InfrastructureError);
        }
        outcome.safe = journal.safe_records();
    } catch (const InfrastructureError& error) {
        outcome.failed = true;
        outcome.message = error.what();
    }
    return outcome;
}

std::size_t lines(const std::string& text) {
    return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

void expect_all_acknowledged_are_there(const std::filesystem::path& run, const Outcome& outcome) {
    if (!outcome.created) return;
    const RunContents contents = read_run(run);
    EXPECT_GE(contents.evaluations.size(), outcome.safe);
    EXPECT_TRUE(contents.damages.empty());
    for (std::uint64_t slot = 0; slot < outcome.safe; ++slot) {
        expect_equal(contents.evaluations[slot], record_number(static_cast<std::uint32_t>(slot)));
    }
    EXPECT_LE(lines(file_bytes(run / "acknowledged.log")), outcome.safe);
}

/// n = 1, 2, ... until a whole run passes without the n-th call of this name.
void fail_each(const std::string& call, int error) {
    bool reached = true;
    int n = 0;
    while (reached) {
        ++n;
        ASSERT_LT(n, 100);
        const TemporaryFolder run;
        FailingFileSystem calls;
        reached = false;
        calls.fail_call = [&](const std::string& name, int count) {
            if (name != call || count != n) return 0;
            reached = true;
            return error;
        };
        const Outcome outcome = write_records(run.path(), calls, 5);
        EXPECT_EQ(outcome.failed, reached) << call << ' ' << n;
        expect_all_acknowledged_are_there(run.path(), outcome);
    }
    EXPECT_GT(n, 1) << "the call was never made";
}

TEST(FaultInjection, EachWriteFailsOnce) { fail_each("write", EIO); }
TEST(FaultInjection, EachSyncFailsOnce) { fail_each("fdatasync", EIO); }
TEST(FaultInjection, EachFolderSyncFailsOnce) { fail_each("fsync", EIO); }
TEST(FaultInjection, EachOpenFailsOnce) { fail_each("open", EMFILE); }
TEST(FaultInjection, TheLogsOpenFails) { fail_each("open log", EACCES); }
TEST(FaultInjection, EachWriteOfTheLogFailsOnce) { fail_each("write log", EIO); }

TEST(FaultInjection, InterruptedCallsAreRepeated) {
    const TemporaryFolder run;
    FailingFileSystem calls;
    calls.fail_call = [](const std::string& name, int count) {
        return (name == "write" || name == "fdatasync") && count % 2 == 1 ? EINTR : 0;
    };
    const Outcome outcome = write_records(run.path(), calls, 5);
    EXPECT_FALSE(outcome.failed);
    EXPECT_EQ(outcome.safe, 5U);
}

TEST(FaultInjection, AFullDiskAtEveryByteKeepsWholeRecordsAndSaysHowMany) {
    // The size of the segment when nothing fails.
    const TemporaryFolder reference;
    FailingFileSystem unlimited;
    ASSERT_FALSE(write_records(reference.path(), unlimited, 3).failed);
    const std::uint64_t whole = std::filesystem::file_size(segment_path(reference.path(), 0, 0));

    std::set<std::uint64_t> seen;
    for (std::uint64_t room = 0; room <= whole; ++room) {
        const TemporaryFolder run;
        FailingFileSystem calls;
        calls.room_bytes = room;
        const Outcome outcome = write_records(run.path(), calls, 3);
        EXPECT_EQ(outcome.failed, room < whole) << room;
        expect_all_acknowledged_are_there(run.path(), outcome);
        seen.insert(outcome.safe);
        if (!outcome.created) {
            EXPECT_FALSE(std::filesystem::exists(segment_path(run.path(), 0, 0))) << "a headless segment was left";
        } else if (outcome.failed) {
            const RunContents contents = read_run(run.path());
            EXPECT_EQ(contents.evaluations.size(), outcome.safe);
            EXPECT_TRUE(contents.torn_tails.empty()) << "the torn frame was not cut off";
            EXPECT_NE(outcome.message.find("No space left on device"), std::string::npos);
            EXPECT_NE(outcome.message.find("file system mounted at"), std::string::npos);
            EXPECT_NE(outcome.message.find(std::to_string(outcome.safe) + " records of this rank are safe, 1 are not"),
                      std::string::npos)
                << outcome.message;
            EXPECT_NE(outcome.message.find("free space, then `atoll resume " + run.path().string()), std::string::npos);
        }
    }
    EXPECT_EQ(seen, (std::set<std::uint64_t>{0, 1, 2, 3}));
}

TEST(FaultInjection, OfABatchThatHalfFitsTheFirstRecordsAreAcknowledged) {
    const TemporaryFolder run;
    FailingFileSystem calls;
    std::mutex gate;
    gate.lock();
    calls.fail_call = [&](const std::string& call, int count) {
        if (call == "write" && count == 2) const std::lock_guard wait(gate);
        return 0;
    };
    const std::filesystem::path log = run.path() / "acknowledged.log";
    FileJournal journal(run.path(), sample_info(),
                        {.acknowledgement_log = log, .calls = &calls, .space_grace = std::chrono::milliseconds(0)});
    journal.append(record_number(0));
    while (calls.count("write") < 2) std::this_thread::yield();
    for (std::uint32_t slot = 1; slot < 100; ++slot) journal.append(record_number(slot));
    calls.room_bytes = 5000;  // the writer waits in its first write: this leaves room for that one and part of the next
    gate.unlock();
    EXPECT_THROW(journal.flush(), InfrastructureError);
    const std::uint64_t safe = journal.safe_records();
    EXPECT_GT(safe, 1U);
    EXPECT_LT(safe, 100U);
    EXPECT_EQ(lines(file_bytes(log)), safe);
    const RunContents contents = read_run(run.path());
    EXPECT_EQ(contents.evaluations.size(), safe);
    EXPECT_TRUE(contents.torn_tails.empty());
}

TEST(FaultInjection, WhenTheCutFailsTooTheTornTailIsCutByTheReader) {
    const TemporaryFolder run;
    FailingFileSystem calls;
    FileJournal journal(run.path(), sample_info(), {.acknowledgement_log = {}, .calls = &calls});
    calls.room_bytes = 100;
    calls.fail_call = [](const std::string& call, int) { return call == "ftruncate" ? EIO : 0; };
    journal.append(record_number(0));
    EXPECT_THROW(journal.flush(), InfrastructureError);
    EXPECT_EQ(journal.safe_records(), 0U);
    const RunContents contents = read_run(run.path());
    EXPECT_TRUE(contents.evaluations.empty());
    EXPECT_TRUE(contents.damages.empty());
    EXPECT_EQ(contents.torn_tails.size(), 1U);
}

}  // namespace
}  // namespace atl::journal
