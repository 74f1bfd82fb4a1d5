// SPDX-License-Identifier: Apache-2.0
// A writer whose run was taken over acknowledges nothing more, and readers do not see what it wrote after that.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
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
using atl::testing::write_bytes;

EvaluationRecord record_number(std::uint32_t slot) { return sample_evaluation({0, 2, slot, 0}, std::to_string(slot)); }

/// A run whose incarnation 1 would be announced by a file in a folder of its own.
struct FencedRun {
    FencedRun() {
        std::filesystem::create_directory(folder.path() / "lease");
        options.acknowledgement_log = folder.path() / "acknowledged.log";
        options.calls = &calls;
        options.fence = folder.path() / "lease" / "1";
        options.describe_successor = [this] { return file_bytes(options.fence); };
    }
    void take_over() { write_bytes(options.fence, "incarnation 1, process 7 on n12"); }
    std::string log() const { return file_bytes(options.acknowledgement_log); }

    TemporaryFolder folder;
    FailingFileSystem calls;
    WriterOptions options;
};

std::string failure_of_flush(FileJournal& journal) {
    try {
        journal.flush();
        return "";
    } catch (const InfrastructureError& error) {
        return error.what();
    }
}

TEST(Fence, AWriterThatIsTakenOverDuringItsSyncAcknowledgesNothingMore) {
    FencedRun run;
    run.calls.fail_call = [&](const std::string& call, int count) {
        if (call == "fdatasync" && count == 3) run.take_over();  // the second batch; the first sync was the header's
        return 0;
    };
    FileJournal journal(run.folder.path(), sample_info(), run.options);
    journal.append(record_number(0));
    journal.flush();
    journal.append(record_number(1));
    const std::string message = failure_of_flush(journal);
    EXPECT_NE(message.find("another process took this run over (incarnation 1, process 7 on n12)"), std::string::npos)
        << message;
    EXPECT_EQ(message.find("atoll resume"), std::string::npos) << message;
    EXPECT_EQ(journal.safe_records(), 1U);
    EXPECT_EQ(run.log(), "0/2/0/0\n");
    EXPECT_THROW(journal.append(record_number(2)), InfrastructureError);
    EXPECT_THROW(journal.acknowledged(), InfrastructureError);
}

TEST(Fence, ARecordWhoseFenceWasStillOpenAfterItsSyncCounts) {
    FencedRun run;
    std::uint64_t length_at_takeover = 0;
    run.calls.fail_call = [&](const std::string& call, int count) {
        if (call == "write log" && count == 1) {  // comes after the look at the fence
            run.take_over();
            const FenceList list = measure_fences(run.folder.path(), 1);
            length_at_takeover = list.fences.at(0).bytes;
        }
        return 0;
    };
    FileJournal journal(run.folder.path(), sample_info(), run.options);
    journal.append(record_number(0));
    journal.flush();
    EXPECT_EQ(journal.acknowledged(), 1U);
    EXPECT_EQ(length_at_takeover, journal.segment_bytes());
}

TEST(Fence, WhereTheFenceCanNotBeLookedAtNothingIsAcknowledged) {
    for (const std::string name : {"access", "open"}) {
        FencedRun run;
        bool made = false;
        run.calls.fail_call = [&](const std::string& call, int) { return made && call == name ? EIO : 0; };
        FileJournal journal(run.folder.path(), sample_info(), run.options);
        made = true;
        journal.append(record_number(0));
        EXPECT_NE(failure_of_flush(journal).find("Input/output error"), std::string::npos);
        EXPECT_EQ(journal.safe_records(), 0U);
        EXPECT_EQ(run.log(), "");
    }
}

TEST(Fence, AWriterThatWaitsForSpaceLeavesWhenItIsTakenOverAndLeavesTheReserveToItsSuccessor) {
    FencedRun run;
    std::atomic<bool> paused = false;
    run.options.reserve_bytes = 4096;
    run.options.space_retry = std::chrono::milliseconds(1);
    run.options.on_pause = [&](const std::string&) { paused = true; };
    {
        FileJournal journal(run.folder.path(), sample_info(), run.options);
        run.calls.room_bytes = 0;
        journal.append(record_number(0));
        while (!paused) std::this_thread::yield();
        run.take_over();
        EXPECT_NE(failure_of_flush(journal).find("took this run over"), std::string::npos);
    }
    EXPECT_TRUE(std::filesystem::exists(run.folder.path() / "journal" / "reserve-0"));
}

SegmentInfo successor(std::uint32_t incarnation, const FenceList& fences) {
    SegmentInfo info = sample_info(incarnation);
    info.fences = fences;
    return info;
}

void write_segment(const std::filesystem::path& run, const SegmentInfo& info, const std::vector<Record>& records) {
    FileJournal journal(run, info);
    for (const Record& record : records) journal.append(record);
    journal.flush();
}

TEST(Fence, WhatIsWrittenBehindItIsNotReadAndIsNoted) {
    const TemporaryFolder run;
    FileJournal old(run.path(), sample_info());
    old.append(record_number(0));
    old.flush();
    const FenceList fences = measure_fences(run.path(), 1);
    ASSERT_EQ(fences.fences.size(), 1U);
    old.append(record_number(1));
    old.flush();
    // The successor's own readers know the fences before any segment states them.
    ReadOptions options;
    options.fences = fences;
    EXPECT_EQ(read_run(run.path(), options).evaluations.size(), 1U);

    write_segment(run.path(), successor(1, fences), {record_number(2)});
    old.append(record_number(3));
    old.flush();
    const FileJournal late(run.path(), sample_info(0, 5));  // a segment that was not there
    const RunContents contents = read_run(run.path());
    std::vector<std::uint32_t> slots;
    for (const EvaluationRecord& record : contents.evaluations) slots.push_back(record.key.slot);
    EXPECT_EQ(slots, (std::vector<std::uint32_t>{0, 2}));
    ASSERT_EQ(contents.fenced.size(), 2U);
    EXPECT_EQ(contents.fenced[0].file.filename(), "0-0.atj");
    EXPECT_EQ(contents.fenced[0].offset, fences.fences[0].bytes);
    EXPECT_EQ(contents.fenced[0].offset + contents.fenced[0].bytes, old.segment_bytes());
    EXPECT_EQ(contents.fenced[1].file.filename(), "0-5.atj");
    EXPECT_EQ(contents.segments.size(), 2U);
    EXPECT_TRUE(contents.damages.empty());
    EXPECT_TRUE(contents.torn_tails.empty());
}

TEST(Fence, InTheMiddleOfARecordLeavesATornTail) {
    const TemporaryFolder run;
    FileJournal old(run.path(), sample_info());
    old.append(record_number(0));
    old.flush();
    const std::uint64_t first = old.segment_bytes();
    old.append(record_number(1));
    old.flush();
    for (std::uint64_t bytes = first; bytes <= old.segment_bytes(); ++bytes) {
        ReadOptions options;
        options.fences = FenceList{0, {{0, 0, bytes}}};
        const RunContents contents = read_run(run.path(), options);
        const bool whole = bytes == old.segment_bytes();
        EXPECT_EQ(contents.evaluations.size(), whole ? 2U : 1U);
        EXPECT_LE(contents.torn_tails.size(), whole || bytes == first ? 0U : 1U);  // a blob may end there
        EXPECT_EQ(contents.fenced.size(), whole ? 0U : 1U);
        EXPECT_TRUE(contents.damages.empty());
    }
}

TEST(Fence, EachListSpeaksOfWhatNoEarlierOneFenced) {
    const TemporaryFolder run;
    write_segment(run.path(), sample_info(0, 0), {record_number(0)});
    write_segment(run.path(), sample_info(0, 1), {record_number(1)});
    write_segment(run.path(), successor(1, measure_fences(run.path(), 1)), {record_number(2)});
    const FenceList second = measure_fences(run.path(), 2);
    EXPECT_EQ(second.first_incarnation, 1U);
    ASSERT_EQ(second.fences.size(), 1U) << "a list does not grow with the age of the run";
    write_segment(run.path(), successor(2, second), {record_number(3)});
    write_segment(run.path(), sample_info(0, 9), {record_number(4)});  // fenced by the list of incarnation 1
    write_segment(run.path(), sample_info(1, 9), {record_number(5)});  // and by that of incarnation 2
    const RunContents contents = read_run(run.path());
    EXPECT_EQ(contents.evaluations.size(), 4U);
    EXPECT_EQ(contents.fenced.size(), 2U);
    // An incarnation that died before it wrote anything made no list: the next one speaks for it.
    const FenceList fourth = measure_fences(run.path(), 4);
    EXPECT_EQ(fourth.first_incarnation, 2U);
}

TEST(Fence, ASegmentCutWhileItWasCreatedNamesNoFences) {
    const TemporaryFolder run;
    write_segment(run.path(), sample_info(0, 0), {record_number(0)});
    write_segment(run.path(), successor(1, measure_fences(run.path(), 1)), {});
    const std::string whole = file_bytes(segment_path(run.path(), 1, 0));
    for (std::size_t length = 0; length <= whole.size(); ++length) {
        write_bytes(segment_path(run.path(), 1, 0), whole.substr(0, length));
        EXPECT_EQ(measure_fences(run.path(), 2).first_incarnation, length == whole.size() ? 1U : 0U) << length;
        EXPECT_EQ(read_run(run.path()).evaluations.size(), 1U);
    }
}

}  // namespace
}  // namespace atl::journal
