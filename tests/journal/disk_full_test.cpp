// SPDX-License-Identifier: Apache-2.0
// A journal on a full disk waits for space and goes on: nothing lost, nothing twice, no hole.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <mutex>
#include <thread>

#include "atoll/core/error.hpp"
#include "atoll/journal/reader.hpp"
#include "atoll/journal/writer.hpp"
#include "journal/failing_file_system.hpp"
#include "journal/sample_records.hpp"
#include "journal/temporary_folder.hpp"

namespace atl::journal {
namespace {

using atl::testing::FailingFileSystem;
using atl::testing::file_bytes;
using atl::testing::sample_evaluation;
using atl::testing::sample_info;
using atl::testing::TemporaryFolder;
using std::chrono::milliseconds;

constexpr std::size_t endless = std::size_t{1} << 40U;

EvaluationRecord record_number(std::uint32_t slot) {
    return sample_evaluation({0, 2, slot, 0}, "content of candidate " + std::to_string(slot));
}

/// Options of a writer that tries often and, at the end of a run, has patience.
WriterOptions patient(FailingFileSystem& calls) {
    WriterOptions options;
    options.calls = &calls;
    options.space_retry = milliseconds(1);
    options.space_grace = milliseconds(60000);
    return options;
}

template <class Condition>
void wait_until(Condition condition) {
    while (!condition()) std::this_thread::sleep_for(milliseconds(1));
}

TEST(DiskFull, SpaceThatComesBackAtEveryByteLeavesTheSameFileAsWithoutWant) {
    constexpr std::uint32_t count = 3;
    const TemporaryFolder reference;
    {
        FileJournal journal(reference.path(), sample_info());
        for (std::uint32_t slot = 0; slot < count; ++slot) journal.append(record_number(slot));
        journal.flush();
    }
    const std::string whole = file_bytes(segment_path(reference.path(), 0, 0));
    const TemporaryFolder empty;
    { const FileJournal journal(empty.path(), sample_info()); }
    const std::size_t header = file_bytes(segment_path(empty.path(), 0, 0)).size();

    for (std::size_t room = header; room <= whole.size(); ++room) {
        const TemporaryFolder run;
        FailingFileSystem calls;
        calls.room_bytes = room;
        int pauses = 0;
        int resumes = 0;
        WriterOptions options = patient(calls);
        options.acknowledgement_log = run.path() / "acknowledged.log";
        options.on_pause = [&](const std::string& text) {
            ++pauses;
            EXPECT_NE(text.find("No space left on device"), std::string::npos) << text;
            calls.room_bytes = endless;
        };
        options.on_resume = [&] { ++resumes; };
        {
            FileJournal journal(run.path(), sample_info(), options);
            for (std::uint32_t slot = 0; slot < count; ++slot) journal.append(record_number(slot));
            journal.flush();
            EXPECT_EQ(journal.acknowledged(), count);
        }
        EXPECT_EQ(file_bytes(segment_path(run.path(), 0, 0)), whole) << room;
        EXPECT_EQ(file_bytes(run.path() / "acknowledged.log"), "0/2/0/0\n0/2/1/0\n0/2/2/0\n") << room;
        EXPECT_EQ(pauses, room < whole.size() ? 1 : 0) << room;
        EXPECT_EQ(resumes, pauses) << room;
    }
}

TEST(DiskFull, WhileItWaitsWhatFittedIsAcknowledgedAndTheRestIsTakenIn) {
    const TemporaryFolder run;
    FailingFileSystem calls;
    std::atomic<int> pauses = 0;
    WriterOptions options = patient(calls);
    options.on_pause = [&](const std::string&) { ++pauses; };
    FileJournal journal(run.path(), sample_info(), options);
    journal.append(record_number(0));
    wait_until([&] { return journal.acknowledged() == 1; });
    calls.room_bytes = 1000;
    for (std::uint32_t slot = 1; slot < 40; ++slot) journal.append(record_number(slot));
    const int writes = calls.count("write");
    wait_until([&] { return pauses == 1 && calls.count("write") > writes + 20; });
    const std::uint64_t safe = journal.acknowledged();
    EXPECT_GT(safe, 1U);
    EXPECT_LT(safe, 40U);
    EXPECT_EQ(read_run(run.path()).evaluations.size(), safe);
    for (std::uint32_t slot = 40; slot < 60; ++slot) journal.append(record_number(slot));
    EXPECT_EQ(journal.acknowledged(), safe);
    calls.room_bytes = endless;
    wait_until([&] { return journal.acknowledged() == 60; });
    EXPECT_EQ(pauses, 1);
    const RunContents contents = read_run(run.path());
    EXPECT_EQ(contents.evaluations.size(), 60U);
    EXPECT_TRUE(contents.duplicates.empty());
    EXPECT_TRUE(contents.damages.empty());
    EXPECT_TRUE(contents.torn_tails.empty());
}

TEST(DiskFull, TheReserveTakesTheLastRecordsOfARunThatEnds) {
    const TemporaryFolder run;
    const std::filesystem::path reserve = run.path() / "journal" / "reserve-0";
    FailingFileSystem calls;
    std::atomic<int> pauses = 0;
    WriterOptions options = patient(calls);
    options.reserve_bytes = 65536;
    options.on_pause = [&](const std::string&) { ++pauses; };
    FileJournal journal(run.path(), sample_info(), options);
    EXPECT_EQ(std::filesystem::file_size(reserve), 65536U);
    calls.room_bytes = 0;
    for (std::uint32_t slot = 0; slot < 40; ++slot) journal.append(record_number(slot));
    wait_until([&] { return pauses == 1; });
    EXPECT_TRUE(std::filesystem::exists(reserve));
    journal.release_reserve();
    wait_until([&] { return journal.acknowledged() == 40; });
    EXPECT_FALSE(std::filesystem::exists(reserve));
    journal.append(record_number(40));  // what comes later may use it, too
    journal.flush();
    EXPECT_EQ(read_run(run.path()).evaluations.size(), 41U);
}

TEST(DiskFull, ARunThatEndsGivesUpAfterItsGraceAndSaysWhatIsSafe) {
    const TemporaryFolder run;
    FailingFileSystem calls;
    WriterOptions options = patient(calls);
    options.space_grace = milliseconds(20);
    FileJournal journal(run.path(), sample_info(), options);
    journal.append(record_number(0));
    wait_until([&] { return journal.acknowledged() == 1; });
    calls.room_bytes = 0;
    journal.append(record_number(1));
    wait_until([&] { return calls.count("write") > 20; });
    EXPECT_EQ(journal.acknowledged(), 1U) << "waiting alone is no failure";
    journal.release_reserve();
    try {
        for (;;) {
            (void)journal.acknowledged();
            std::this_thread::sleep_for(milliseconds(1));
        }
    } catch (const InfrastructureError& error) {
        const std::string message = error.what();
        EXPECT_NE(message.find("1 records of this rank are safe, 1 are not"), std::string::npos) << message;
        EXPECT_NE(message.find("free space, then `atoll resume"), std::string::npos) << message;
    }
    EXPECT_EQ(read_run(run.path()).evaluations.size(), 1U);
}

TEST(DiskFull, ASyncThatFailsForWantOfSpaceIsNotTriedAgain) {
    const TemporaryFolder run;
    FailingFileSystem calls;
    calls.fail_call = [](const std::string& name, int count) { return name == "fdatasync" && count == 2 ? ENOSPC : 0; };
    FileJournal journal(run.path(), sample_info(), patient(calls));
    journal.append(record_number(0));
    EXPECT_THROW(journal.flush(), InfrastructureError);
    EXPECT_EQ(calls.count("fdatasync"), 2);
    EXPECT_EQ(journal.safe_records(), 0U);
}

TEST(DiskFull, ACutThatFailsIsForGood) {
    const TemporaryFolder run;
    FailingFileSystem calls;
    FileJournal journal(run.path(), sample_info(), patient(calls));
    calls.room_bytes = 100;
    calls.fail_call = [](const std::string& name, int) { return name == "ftruncate" ? EIO : 0; };
    journal.append(record_number(0));
    EXPECT_THROW(journal.flush(), InfrastructureError);
    const RunContents contents = read_run(run.path());
    EXPECT_TRUE(contents.damages.empty());
    EXPECT_EQ(contents.torn_tails.size(), 1U);
}

TEST(DiskFull, TheAcknowledgementLogWaitsAndNeverHoldsHalfALine) {
    for (std::size_t room = 0; room <= 24; ++room) {
        const TemporaryFolder run;
        const std::filesystem::path log = run.path() / "acknowledged.log";
        FailingFileSystem calls;
        std::string log_while_waiting = "?";
        WriterOptions options = patient(calls);
        options.acknowledgement_log = log;
        options.on_pause = [&](const std::string& text) {
            EXPECT_NE(text.find("acknowledgement log"), std::string::npos) << text;
            log_while_waiting = file_bytes(log);
            calls.log_room_bytes = endless;
        };
        FileJournal journal(run.path(), sample_info(), options);
        std::mutex gate;
        gate.lock();
        calls.log_room_bytes = room;
        calls.fail_call = [&](const std::string& call, int count) {
            if (call == "write" && count == 2) const std::lock_guard wait(gate);
            return 0;
        };
        journal.append(EventRecord{.name = "started", .text = "", .elapsed_seconds = 0});
        wait_until([&] { return calls.count("write") == 2; });
        for (std::uint32_t slot = 0; slot < 3; ++slot) journal.append(record_number(slot));
        gate.unlock();
        journal.flush();
        EXPECT_EQ(file_bytes(log), "0/2/0/0\n0/2/1/0\n0/2/2/0\n") << room;
        EXPECT_EQ(log_while_waiting, room < 24 ? "" : "?") << room;
    }
}

TEST(DiskFull, NoRoomForTheReserveIsSaidAtTheStart) {
    const TemporaryFolder run;
    FailingFileSystem calls;
    calls.room_bytes = 10000;
    WriterOptions options = patient(calls);
    options.reserve_bytes = 20000;
    try {
        const FileJournal journal(run.path(), sample_info(), options);
        FAIL();
    } catch (const InfrastructureError& error) {
        EXPECT_NE(std::string(error.what()).find("journal.reserve"), std::string::npos) << error.what();
    }
    EXPECT_TRUE(std::filesystem::is_empty(run.path() / "journal")) << "nothing is left behind";
}

TEST(DiskFull, AFileSystemThatCanNotAllocateAheadGetsNoReserve) {
    const TemporaryFolder run;
    FailingFileSystem calls;
    calls.fail_call = [](const std::string& name, int) { return name == "posix_fallocate" ? EOPNOTSUPP : 0; };
    WriterOptions options = patient(calls);
    options.reserve_bytes = 20000;
    FileJournal journal(run.path(), sample_info(), options);
    EXPECT_FALSE(std::filesystem::exists(run.path() / "journal" / "reserve-0"));
    journal.append(record_number(0));
    journal.flush();
}

TEST(DiskFull, TheReserveIsGoneAfterACleanEnd) {
    const TemporaryFolder run;
    WriterOptions options;
    options.reserve_bytes = 4096;
    {
        FileJournal journal(run.path(), sample_info(0, 7), options);
        EXPECT_TRUE(std::filesystem::exists(run.path() / "journal" / "reserve-7"));
    }
    EXPECT_FALSE(std::filesystem::exists(run.path() / "journal" / "reserve-7"));
}

}  // namespace
}  // namespace atl::journal
