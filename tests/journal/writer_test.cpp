// SPDX-License-Identifier: Apache-2.0
// What is acknowledged is on disk, and what is read back is what was appended.
#include "atoll/journal/writer.hpp"

#include <gtest/gtest.h>
#include <poll.h>

#include <algorithm>
#include <thread>

#include "atoll/core/error.hpp"
#include "atoll/journal/reader.hpp"
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
using atl::testing::write_bytes;

bool readable(int descriptor, int timeout_milliseconds) {
    pollfd wait{.fd = descriptor, .events = POLLIN, .revents = 0};
    return ::poll(&wait, 1, timeout_milliseconds) == 1;
}

TEST(FileJournal, AllKindsOfRecordsReadBack) {
    const TemporaryFolder run;
    const EvaluationRecord first = sample_evaluation({0, 0, 0, 0}, "first");
    const EvaluationRecord second = sample_evaluation({0, 1, 0, 0}, std::string("\0second\xff", 8));
    {
        FileJournal journal(run.path(), sample_info(0, 2));
        EXPECT_EQ(journal.append(second), 1U);
        EXPECT_EQ(journal.append(first), 2U);
        journal.append(MigrationRecord{
            .epoch = 1, .from_island = 0, .to_island = 1, .to_step = 9, .key = {0, 1, 0, 0}, .elapsed_seconds = 1});
        journal.append(SnapshotRecord{.island = 1, .step = 4, .state = "older"});
        journal.append(SnapshotRecord{.island = 1, .step = 8, .state = "newer"});
        EXPECT_EQ(journal.append(EventRecord{.name = "started", .text = "", .elapsed_seconds = 0}), 6U);
        journal.flush();
        EXPECT_EQ(journal.acknowledged(), 6U);
        EXPECT_EQ(journal.segment_bytes(), std::filesystem::file_size(segment_path(run.path(), 0, 2)));
    }
    const RunContents contents = read_run(run.path());
    ASSERT_EQ(contents.segments.size(), 1U);
    EXPECT_EQ(contents.segments[0].rank, 2U);
    EXPECT_EQ(contents.segments[0].job_toml, sample_info().job_toml);
    ASSERT_EQ(contents.evaluations.size(), 2U);
    expect_equal(contents.evaluations[0], first);
    expect_equal(contents.evaluations[1], second);
    ASSERT_EQ(contents.migrations.size(), 1U);
    ASSERT_EQ(contents.snapshots.size(), 2U);
    EXPECT_EQ(contents.snapshots[0].state, "older");
    EXPECT_EQ(contents.snapshots[1].state, "newer");
    ASSERT_EQ(contents.events.size(), 1U);
    EXPECT_TRUE(contents.torn_tails.empty());
    EXPECT_TRUE(contents.damages.empty());
    EXPECT_TRUE(contents.duplicates.empty());
}

TEST(FileJournal, EqualContentIsWrittenOncePerSegment) {
    const TemporaryFolder run;
    const std::string content(10000, 'c');
    {
        FileJournal journal(run.path(), sample_info());
        for (std::uint32_t slot = 0; slot < 50; ++slot) journal.append(sample_evaluation({0, 0, slot, 0}, content));
        journal.flush();
        EXPECT_LT(journal.segment_bytes(), 2 * content.size() + 50 * 400);
    }
    const RunContents contents = read_run(run.path());
    ASSERT_EQ(contents.evaluations.size(), 50U);
    for (const EvaluationRecord& record : contents.evaluations) EXPECT_EQ(record.candidate.bytes, content);
}

TEST(FileJournal, AcknowledgesOnlyAfterTheSync) {
    const TemporaryFolder run;
    FailingFileSystem calls;
    FileJournal* writer = nullptr;
    std::uint64_t acknowledged_at_sync = 99;
    std::string log_at_sync = "?";
    const std::filesystem::path log = run.path() / "acknowledged.log";
    calls.fail_call = [&](const std::string& call, int count) {
        if (call == "fdatasync" && count == 2) {  // the first one was the header's
            acknowledged_at_sync = writer->safe_records();
            log_at_sync = file_bytes(log);
        }
        return 0;
    };
    FileJournal journal(run.path(), sample_info(), {.acknowledgement_log = log, .calls = &calls});
    writer = &journal;
    journal.append(sample_evaluation({4, 17, 3, 1}));
    journal.flush();
    EXPECT_EQ(acknowledged_at_sync, 0U);
    EXPECT_EQ(log_at_sync, "");
    EXPECT_EQ(journal.acknowledged(), 1U);
    EXPECT_EQ(file_bytes(log), "4/17/3/1\n");

    // Before first use: file synced, then both folders. Each batch: one write, one sync, one write of the log.
    const std::vector<std::string> expected{"open",  "write",    "fdatasync", "open",      "fsync",    "open",
                                            "fsync", "open log", "write",     "fdatasync", "write log"};
    EXPECT_EQ(calls.log(), expected);
}

TEST(FileJournal, ManyRecordsOfOneBatchShareOneWriteAndOneSync) {
    const TemporaryFolder run;
    FailingFileSystem calls;
    std::mutex gate;
    gate.lock();
    calls.fail_call = [&](const std::string& call, int count) {
        if (call == "write" && count == 2) const std::lock_guard wait(gate);
        return 0;
    };
    FileJournal journal(run.path(), sample_info(), {.acknowledgement_log = {}, .calls = &calls});
    journal.append(sample_evaluation({0, 0, 0, 0}));
    while (calls.count("write") < 2) std::this_thread::yield();
    for (std::uint32_t slot = 1; slot <= 64; ++slot) journal.append(sample_evaluation({0, 0, slot, 0}));
    gate.unlock();
    journal.flush();
    EXPECT_EQ(calls.count("write"), 3);
    EXPECT_EQ(calls.count("fdatasync"), 3);
    EXPECT_EQ(journal.acknowledged(), 65U);
}

TEST(FileJournal, DescriptorBecomesReadableAndAcknowledgedTakesItBack) {
    const TemporaryFolder run;
    FileJournal journal(run.path(), sample_info());
    EXPECT_FALSE(readable(journal.descriptor(), 0));
    journal.append(sample_evaluation({0, 0, 0, 0}));
    ASSERT_TRUE(readable(journal.descriptor(), 20000));
    EXPECT_EQ(journal.acknowledged(), 1U);
    EXPECT_FALSE(readable(journal.descriptor(), 0));
}

TEST(FileJournal, AcknowledgementLogHoldsEvaluationsOnlyAndIsShared) {
    const TemporaryFolder run;
    const std::filesystem::path log = run.path() / "acknowledged.log";
    for (std::uint32_t rank = 0; rank < 2; ++rank) {
        FileJournal journal(run.path(), sample_info(0, rank), {.acknowledgement_log = log, .calls = nullptr});
        journal.append(EventRecord{.name = "started", .text = "", .elapsed_seconds = 0});
        journal.append(sample_evaluation({rank, 5, 0, 0}));
        journal.flush();
    }
    EXPECT_EQ(file_bytes(log), "0/5/0/0\n1/5/0/0\n");
}

TEST(FileJournal, DestructorCommitsWhatIsQueued) {
    const TemporaryFolder run;
    {
        FileJournal journal(run.path(), sample_info());
        for (std::uint32_t slot = 0; slot < 1000; ++slot) {
            journal.append(sample_evaluation({0, 0, slot, 0}, "content " + std::to_string(slot)));
        }
    }
    EXPECT_EQ(read_run(run.path()).evaluations.size(), 1000U);
}

TEST(FileJournal, ALongQueueIsAcknowledgedInParts) {
    const TemporaryFolder run;
    FailingFileSystem calls;
    FileJournal journal(run.path(), sample_info(), {.acknowledgement_log = {}, .calls = &calls});
    for (std::uint32_t slot = 0; slot < 24; ++slot) {
        journal.append(sample_evaluation({0, 0, slot, 0}, std::string(1'000'000, static_cast<char>('a' + slot))));
    }
    journal.flush();
    EXPECT_EQ(journal.acknowledged(), 24U);
    EXPECT_GE(calls.count("fdatasync"), 1 + 24 / 5);
    EXPECT_EQ(read_run(run.path()).evaluations.size(), 24U);
}

TEST(FileJournal, ASecondWriterOfTheSameSegmentIsRefused) {
    const TemporaryFolder run;
    FileJournal journal(run.path(), sample_info());
    try {
        FileJournal second(run.path(), sample_info());
        FAIL();
    } catch (const BusyError& error) {
        EXPECT_NE(std::string(error.what()).find("0-0.atj"), std::string::npos);
    }
    journal.append(sample_evaluation({0, 0, 0, 0}));
    journal.flush();
    EXPECT_EQ(read_run(run.path()).evaluations.size(), 1U);
}

TEST(FileJournal, AnOverlongRecordIsRefusedAndTheJournalGoesOn) {
    const TemporaryFolder run;
    FileJournal journal(run.path(), sample_info());
    EXPECT_THROW(journal.append(SnapshotRecord{.island = 0, .step = 0, .state = std::string(max_payload_bytes, 'x')}),
                 InputError);
    EXPECT_EQ(journal.append(sample_evaluation({0, 0, 0, 0})), 1U);
    journal.flush();
}

TEST(FileJournal, IncarnationsCountUp) {
    const TemporaryFolder run;
    EXPECT_EQ(next_incarnation(run.path()), 0U);
    { const FileJournal journal(run.path(), sample_info(0, 1)); }
    EXPECT_EQ(next_incarnation(run.path()), 1U);
    { const FileJournal journal(run.path(), sample_info(9, 0)); }
    write_bytes(run.path() / "journal" / "77-0.atj.bak", "not a segment");
    write_bytes(run.path() / "journal" / "notes.txt", "not a segment");
    EXPECT_EQ(next_incarnation(run.path()), 10U);
}

TEST(FileJournal, AnUnusableRunDirectoryIsOneClearMessage) {
    const TemporaryFolder run;
    write_bytes(run.path() / "journal", "a file where the folder should be");
    try {
        FileJournal journal(run.path(), sample_info());
        FAIL();
    } catch (const InfrastructureError& error) {
        EXPECT_NE(std::string(error.what()).find((run.path() / "journal").string()), std::string::npos) << error.what();
    }
}

}  // namespace
}  // namespace atl::journal
