// SPDX-License-Identifier: Apache-2.0
// verify tells a torn tail from damage, and an archive that is behind from one that lies.
#include <gtest/gtest.h>

#include "atoll/archive/fold.hpp"
#include "atoll/archive/queries.hpp"
#include "atoll/journal/writer.hpp"
#include "journal/sample_records.hpp"
#include "journal/temporary_folder.hpp"

namespace atl::archive {
namespace {

using atl::testing::file_bytes;
using atl::testing::sample_evaluation;
using atl::testing::sample_info;
using atl::testing::TemporaryFolder;
using atl::testing::write_bytes;

void write_segment(const std::filesystem::path& run, std::uint32_t incarnation, std::uint32_t first,
                   std::uint32_t count, double score = 1) {
    journal::FileJournal journal(run, sample_info(incarnation, 0));
    for (std::uint32_t slot = first; slot < first + count; ++slot) {
        EvaluationRecord record = sample_evaluation({0, 5, slot, 0}, "content " + std::to_string(slot));
        record.score.lower = score;
        journal.append(record);
    }
    journal.flush();
}

TEST(ReadWithBestCandidate, HoldsTheBytesOfTheBestAndOfNoOther) {
    const TemporaryFolder run;
    {
        journal::FileJournal journal(run.path(), sample_info(0, 0));
        for (std::uint32_t slot = 0; slot < 4; ++slot) {
            EvaluationRecord record = sample_evaluation({0, 0, slot, 0}, "content " + std::to_string(slot));
            record.verdict = {};
            record.score = {.lower = slot == 2 ? 9.0 : 1.0, .upper = 9.5};
            journal.append(record);
        }
        journal.flush();
    }
    const journal::RunContents contents = read_with_best_candidate(run.path());
    ASSERT_EQ(contents.evaluations.size(), 4U);
    for (const EvaluationRecord& record : contents.evaluations) {
        EXPECT_EQ(record.candidate.bytes, record.key.slot == 2 ? "content 2" : "");
    }
}

TEST(Verify, WithoutAnArchiveTheJournalsStandAlone) {
    const TemporaryFolder run;
    write_segment(run.path(), 0, 0, 3);
    const VerifyReport report = verify_run(run.path());
    EXPECT_EQ(report.evaluations, 3U);
    EXPECT_EQ(report.blobs, 3U);
    EXPECT_EQ(report.archive, ArchiveState::missing);
    EXPECT_TRUE(report.sound());
}

TEST(Verify, WhatWasWrittenAfterATakeoverIsANoteAlsoWhenItWasFoldedBefore) {
    const TemporaryFolder run;
    write_segment(run.path(), 0, 0, 3);
    const journal::FenceList fences = journal::measure_fences(run.path(), 1);
    std::filesystem::rename(journal::segment_path(run.path(), 0, 0), run.path() / "kept");
    write_segment(run.path(), 0, 0, 5);  // the same beginning, and two records that come too late
    fold_archive(run.path());
    {
        journal::SegmentInfo info = sample_info(1, 0);
        info.fences = fences;
        const journal::FileJournal successor(run.path(), info);
    }
    const VerifyReport ahead = verify_run(run.path());
    EXPECT_EQ(ahead.evaluations, 3U);
    EXPECT_EQ(ahead.fenced.size(), 1U);
    EXPECT_EQ(ahead.archive, ArchiveState::ahead);
    EXPECT_TRUE(ahead.sound());
    fold_archive(run.path());
    EXPECT_EQ(verify_run(run.path()).archive, ArchiveState::current);
}

TEST(Verify, AnArchiveBeforeMoreRecordsIsBehindButRight) {
    const TemporaryFolder run;
    write_segment(run.path(), 0, 10, 5);
    fold_archive(run.path());
    EXPECT_EQ(verify_run(run.path()).archive, ArchiveState::current);
    // The new rows sort before the old ones.
    write_segment(run.path(), 1, 0, 5);
    const VerifyReport report = verify_run(run.path());
    EXPECT_EQ(report.archive, ArchiveState::behind);
    EXPECT_EQ(report.archive_evaluations, 5U);
    EXPECT_EQ(report.evaluations, 10U);
    EXPECT_TRUE(report.archive_matches());
    EXPECT_TRUE(report.sound());
}

TEST(Verify, AnArchiveOfOtherValuesDiffers) {
    const TemporaryFolder run;
    const TemporaryFolder other;
    write_segment(run.path(), 0, 0, 5);
    write_segment(other.path(), 0, 0, 5, 1.0000000000000002);
    fold_archive(other.path());
    std::filesystem::copy(other.path() / "archive.h5", run.path() / "archive.h5");
    const VerifyReport report = verify_run(run.path());
    EXPECT_EQ(report.archive, ArchiveState::differs);
    EXPECT_FALSE(report.sound());
    ASSERT_EQ(report.damages.size(), 1U);
    EXPECT_NE(report.damages[0].text.find("evaluations/score_lower"), std::string::npos) << report.damages[0].text;
    EXPECT_NE(report.damages[0].text.find("atoll archive fold"), std::string::npos);
}

TEST(Verify, AnArchiveWithMoreThanTheJournalsDiffers) {
    const TemporaryFolder run;
    const TemporaryFolder other;
    write_segment(run.path(), 0, 0, 5);
    write_segment(other.path(), 0, 1, 5);
    fold_archive(other.path());
    std::filesystem::copy(other.path() / "archive.h5", run.path() / "archive.h5");
    EXPECT_EQ(verify_run(run.path()).archive, ArchiveState::differs);
}

TEST(Verify, RecordsThatATornTailTookAfterTheyWereFoldedAreNoDamage) {
    const TemporaryFolder run;
    write_segment(run.path(), 0, 0, 5);
    fold_archive(run.path());
    const auto segment = journal::segment_path(run.path(), 0, 0);
    std::filesystem::resize_file(segment, std::filesystem::file_size(segment) - 3);
    const VerifyReport report = verify_run(run.path());
    EXPECT_EQ(report.archive, ArchiveState::ahead);
    EXPECT_EQ(report.torn_tails.size(), 1U);
    EXPECT_TRUE(report.sound());
    fold_archive(run.path());
    EXPECT_EQ(verify_run(run.path()).archive, ArchiveState::current);
}

TEST(Verify, ATornTailDoesNotExcuseOtherValues) {
    const TemporaryFolder run;
    const TemporaryFolder other;
    write_segment(run.path(), 0, 0, 5);
    write_segment(other.path(), 0, 0, 5, 1.0000000000000002);
    fold_archive(other.path());
    std::filesystem::copy(other.path() / "archive.h5", run.path() / "archive.h5");
    const auto segment = journal::segment_path(run.path(), 0, 0);
    std::filesystem::resize_file(segment, std::filesystem::file_size(segment) - 3);
    EXPECT_EQ(verify_run(run.path()).archive, ArchiveState::differs);
}

TEST(Verify, ATruncatedArchiveIsUnreadableAndTheJournalsAreStillRead) {
    const TemporaryFolder run;
    write_segment(run.path(), 0, 0, 50);
    fold_archive(run.path());
    const std::string whole = file_bytes(run.path() / "archive.h5");
    for (const std::size_t length : {std::size_t{0}, std::size_t{100}, whole.size() / 2, whole.size() - 1}) {
        write_bytes(run.path() / "archive.h5", whole.substr(0, length));
        const VerifyReport report = verify_run(run.path());
        EXPECT_EQ(report.archive, ArchiveState::unreadable) << length;
        EXPECT_EQ(report.evaluations, 50U);
        EXPECT_FALSE(report.sound());
    }
}

TEST(Verify, ATornTailIsANote) {
    const TemporaryFolder run;
    write_segment(run.path(), 0, 0, 3);
    const std::filesystem::path path = journal::segment_path(run.path(), 0, 0);
    const std::string whole = file_bytes(path);
    write_bytes(path, whole.substr(0, whole.size() - 5));
    const VerifyReport report = verify_run(run.path());
    EXPECT_EQ(report.evaluations, 2U);
    EXPECT_EQ(report.torn_tails.size(), 1U);
    EXPECT_TRUE(report.sound());
}

TEST(Verify, ABadFrameElsewhereIsDamage) {
    const TemporaryFolder run;
    write_segment(run.path(), 0, 0, 3);
    const std::filesystem::path path = journal::segment_path(run.path(), 0, 0);
    std::string bytes = file_bytes(path);
    bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 4);
    write_bytes(path, bytes);
    const VerifyReport report = verify_run(run.path());
    EXPECT_FALSE(report.sound());
    EXPECT_TRUE(report.torn_tails.empty());
}

TEST(Verify, ABlobUnderAFalseNameIsDamage) {
    const TemporaryFolder run;
    {
        journal::FileJournal journal(run.path(), sample_info());
        EvaluationRecord record = sample_evaluation({0, 0, 0, 0}, "content");
        record.candidate_sha256 = sha256("other content");
        journal.append(record);
        journal.flush();
    }
    const VerifyReport report = verify_run(run.path());
    ASSERT_EQ(report.damages.size(), 1U);
    EXPECT_NE(report.damages[0].text.find(to_hex(sha256("other content"))), std::string::npos);
}

}  // namespace
}  // namespace atl::archive
