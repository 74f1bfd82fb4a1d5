// SPDX-License-Identifier: Apache-2.0
// Segments are joined into one run; everything odd is named.
#include "atoll/journal/reader.hpp"

#include <gtest/gtest.h>

#include "atoll/core/error.hpp"
#include "atoll/journal/frame.hpp"
#include "atoll/journal/writer.hpp"
#include "journal/sample_records.hpp"
#include "journal/temporary_folder.hpp"

namespace atl::journal {
namespace {

using atl::testing::expect_equal;
using atl::testing::sample_call;
using atl::testing::sample_evaluation;
using atl::testing::sample_info;
using atl::testing::TemporaryFolder;
using atl::testing::write_bytes;

void write_segment(const std::filesystem::path& run, std::uint32_t incarnation, std::uint32_t rank,
                   const std::vector<Record>& records) {
    FileJournal journal(run, sample_info(incarnation, rank));
    for (const Record& record : records) journal.append(record);
    journal.flush();
}

EvaluationRecord record_of(const EvaluationKey& key, const std::string& operator_name, const std::string& content) {
    EvaluationRecord record = sample_evaluation(key, content);
    record.operator_name = operator_name;
    return record;
}

TEST(ReadRun, JoinsSegmentsByKeyAndKeepsTheFirstOfDuplicates) {
    const TemporaryFolder run;
    write_segment(run.path(), 10, 0, {record_of({0, 1, 0, 0}, "late", "b"), record_of({0, 3, 0, 0}, "late", "d")});
    write_segment(run.path(), 0, 1, {record_of({1, 0, 0, 0}, "early", "a")});
    write_segment(run.path(), 2, 0, {record_of({0, 1, 0, 0}, "early", "b"), record_of({0, 0, 5, 0}, "early", "c")});
    const RunContents contents = read_run(run.path());
    ASSERT_EQ(contents.segments.size(), 3U);
    EXPECT_EQ(contents.segments[2].incarnation, 10U) << "incarnations are numbers, not texts";
    std::vector<std::string> keys;
    for (const EvaluationRecord& record : contents.evaluations) keys.push_back(to_string(record.key));
    EXPECT_EQ(keys, (std::vector<std::string>{"0/0/5/0", "0/1/0/0", "0/3/0/0", "1/0/0/0"}));
    EXPECT_EQ(contents.evaluations[1].operator_name, "early");
    ASSERT_EQ(contents.duplicates.size(), 1U);
    EXPECT_EQ(contents.duplicates[0].file.filename(), "10-0.atj");
    EXPECT_NE(contents.duplicates[0].text.find("0/1/0/0"), std::string::npos);
    EXPECT_TRUE(contents.damages.empty());
}

TEST(ReadRun, FindsABlobInAnotherSegment) {
    const TemporaryFolder run;
    EvaluationRecord bare = sample_evaluation({0, 0, 0, 0}, "shared content");
    bare.candidate.bytes.clear();
    write_segment(run.path(), 0, 0, {bare});
    write_segment(run.path(), 0, 1, {sample_evaluation({1, 0, 0, 0}, "shared content")});
    const RunContents contents = read_run(run.path());
    ASSERT_EQ(contents.evaluations.size(), 2U);
    EXPECT_EQ(contents.evaluations[0].candidate.bytes, "shared content");
    EXPECT_EQ(contents.evaluations[1].candidate.bytes, "shared content");
    EXPECT_TRUE(contents.damages.empty());
}

TEST(ReadRun, CandidatesCanBeFetchedLaterByRow) {
    const TemporaryFolder run;
    const std::string large(3 << 20, 'x');
    write_segment(run.path(), 0, 0, {sample_evaluation({0, 0, 0, 0}, "first"), sample_evaluation({0, 0, 3, 0}, large)});
    write_segment(run.path(), 0, 1,
                  {sample_evaluation({0, 0, 1, 0}, "second"), sample_evaluation({0, 0, 2, 0}, "first")});
    RunContents contents =
        read_run(run.path(), {.load_candidates = false, .locate_candidates = true, .byte_limits = {}, .on_blob = {}});
    const std::vector<std::size_t> rows{3, 2, 0};
    load_candidates(contents, rows);
    EXPECT_EQ(contents.evaluations[0].candidate.bytes, "first");
    EXPECT_EQ(contents.evaluations[1].candidate.bytes, "") << "nobody asked for it";
    EXPECT_EQ(contents.evaluations[2].candidate.bytes, "first");
    EXPECT_EQ(contents.evaluations[3].candidate.bytes, large);
    EXPECT_TRUE(contents.damages.empty());
}

TEST(ReadRun, LostCandidateBytesAreDamage) {
    const TemporaryFolder run;
    EvaluationRecord bare = sample_evaluation({0, 0, 0, 0}, "never written");
    bare.candidate.bytes.clear();
    EvaluationRecord empty = sample_evaluation({0, 0, 1, 0}, "");
    EvaluationRecord unmade = sample_evaluation({0, 0, 2, 0}, "");
    unmade.candidate_sha256 = Sha256{};
    write_segment(run.path(), 0, 0, {bare, empty, unmade});
    const RunContents contents = read_run(run.path());
    EXPECT_EQ(contents.evaluations.size(), 3U);
    ASSERT_EQ(contents.damages.size(), 1U);
    EXPECT_NE(contents.damages[0].text.find("0/0/0/0"), std::string::npos) << contents.damages[0].text;
}

TEST(ReadRun, CallsComeByKeyWithTheirReplies) {
    const TemporaryFolder run;
    const LlmCallRecord shared = sample_call({0, 3, 0, 0}, "shared reply");
    const LlmCallRecord early = sample_call({0, 1, 0, 0}, "shared reply");
    LlmCallRecord again = sample_call({0, 1, 0, 0}, "another reply");
    again.rank = 6;
    LlmCallRecord unanswered = sample_call({0, 2, 0, 0}, "");
    unanswered.reply_sha256 = {};
    unanswered.status = "http_503";
    write_segment(run.path(), 0, 1, {shared, unanswered, early});
    write_segment(run.path(), 1, 0, {again});
    const RunContents contents = read_run(run.path());
    EXPECT_TRUE(contents.damages.empty());
    EXPECT_TRUE(contents.duplicates.empty()) << "two calls of one key are both of the run";
    ASSERT_EQ(contents.llm_calls.size(), 4U);
    expect_equal(contents.llm_calls[0], early);
    expect_equal(contents.llm_calls[1], again);
    expect_equal(contents.llm_calls[2], unanswered);
    expect_equal(contents.llm_calls[3], shared);

    ReadOptions options;
    options.load_candidates = false;
    const RunContents bare = read_run(run.path(), options);
    ASSERT_EQ(bare.llm_calls.size(), 4U);
    for (const LlmCallRecord& call : bare.llm_calls) EXPECT_TRUE(call.reply.empty());
    EXPECT_EQ(bare.llm_calls[0].reply_sha256, early.reply_sha256);
    EXPECT_TRUE(bare.damages.empty());
}

TEST(ReadRun, ALostReplyIsDamage) {
    const TemporaryFolder run;
    LlmCallRecord lost = sample_call({0, 1, 0, 0}, "never written");
    lost.reply.clear();
    write_segment(run.path(), 0, 0, {lost, sample_call({0, 2, 0, 0}, "")});
    for (const bool load : {true, false}) {
        ReadOptions options;
        options.load_candidates = load;
        const RunContents contents = read_run(run.path(), options);
        EXPECT_EQ(contents.llm_calls.size(), 2U);
        ASSERT_EQ(contents.damages.size(), 1U) << "an empty reply is one";
        EXPECT_NE(contents.damages[0].text.find("reply"), std::string::npos) << contents.damages[0].text;
        EXPECT_NE(contents.damages[0].text.find("0/1/0/0"), std::string::npos) << contents.damages[0].text;
    }
}

TEST(ReadRun, SnapshotsOfTheLastTwoStepsOfEachIslandAreKept) {
    const TemporaryFolder run;
    write_segment(
        run.path(), 0, 0,
        {SnapshotRecord{.island = 7, .step = 10, .state = "a"}, SnapshotRecord{.island = 3, .step = 10, .state = "b"}});
    write_segment(run.path(), 1, 5, {SnapshotRecord{.island = 7, .step = 20, .state = "c"}});
    write_segment(run.path(), 2, 5,
                  {SnapshotRecord{.island = 7, .step = 20, .state = "c again"},
                   SnapshotRecord{.island = 7, .step = 30, .state = "d"}});
    const RunContents contents = read_run(run.path());
    ASSERT_EQ(contents.snapshots.size(), 3U);
    EXPECT_EQ(contents.snapshots[0].island, 3U);
    EXPECT_EQ(contents.snapshots[0].state, "b");
    EXPECT_EQ(contents.snapshots[1].state, "c again");
    EXPECT_EQ(contents.snapshots[2].state, "d");
}

TEST(ReadRun, WhatAnIslandLearntAfterItsSnapshotIsKeptInItsOrder) {
    const TemporaryFolder run;
    const MigrationRecord migration{.epoch = 1, .from_island = 0, .to_island = 1, .to_step = 5, .key = {0, 4, 0, 0}};
    write_segment(run.path(), 0, 0,
                  {sample_evaluation({1, 3, 0, 0}, "before"), SnapshotRecord{.island = 1, .step = 4, .state = "s"},
                   sample_evaluation({1, 4, 1, 0}, "first"), migration, sample_evaluation({1, 4, 0, 0}, "last")});
    write_segment(run.path(), 1, 3, {sample_evaluation({1, 5, 0, 0}, "next incarnation")});
    const RunContents contents = read_run(run.path());
    const std::vector<Learnt>& learnt = contents.after_snapshot.at(1);
    ASSERT_EQ(learnt.size(), 4U);
    EXPECT_EQ(std::get<EvaluationKey>(learnt[0]), (EvaluationKey{1, 4, 1, 0}));
    EXPECT_EQ(std::get<MigrationRecord>(learnt[1]).key, migration.key);
    EXPECT_EQ(std::get<EvaluationKey>(learnt[2]), (EvaluationKey{1, 4, 0, 0}));
    EXPECT_EQ(std::get<EvaluationKey>(learnt[3]), (EvaluationKey{1, 5, 0, 0}));
}

TEST(ReadRun, MigrationsAreOrderedAndRepeatsDropped) {
    const TemporaryFolder run;
    const MigrationRecord early{.epoch = 1, .from_island = 0, .to_island = 1, .to_step = 9, .key = {0, 1, 0, 0}};
    const MigrationRecord late{.epoch = 2, .from_island = 0, .to_island = 1, .to_step = 19, .key = {0, 1, 0, 0}};
    write_segment(run.path(), 0, 0, {late, early});
    write_segment(run.path(), 1, 0, {late});
    const RunContents contents = read_run(run.path());
    ASSERT_EQ(contents.migrations.size(), 2U);
    EXPECT_EQ(contents.migrations[0].epoch, 1U);
    EXPECT_EQ(contents.migrations[1].epoch, 2U);
}

TEST(ReadRun, ByteLimitsCutAndLeaveOut) {
    const TemporaryFolder run;
    write_segment(run.path(), 0, 0, {sample_evaluation({0, 0, 0, 0})});
    const auto lengths = segment_lengths(run.path());
    ASSERT_EQ(lengths.size(), 1U);
    write_segment(run.path(), 0, 1, {sample_evaluation({1, 0, 0, 0})});
    ReadOptions options;
    options.byte_limits = lengths;
    EXPECT_EQ(read_run(run.path(), options).evaluations.size(), 1U);
    options.byte_limits.begin()->second -= 1;
    const RunContents contents = read_run(run.path(), options);
    EXPECT_TRUE(contents.evaluations.empty());
    EXPECT_EQ(contents.torn_tails.size(), 1U);
}

TEST(ReadRun, WithoutCandidatesBlobsStillPassBy) {
    const TemporaryFolder run;
    write_segment(run.path(), 0, 0, {sample_evaluation({0, 0, 0, 0}, "x"), sample_evaluation({0, 0, 1, 0}, "x")});
    write_segment(run.path(), 0, 1, {sample_evaluation({1, 0, 0, 0}, "x"), sample_evaluation({1, 0, 1, 0}, "y")});
    std::vector<std::string> blobs;
    ReadOptions options;
    options.load_candidates = false;
    options.on_blob = [&](const Sha256& digest, std::string_view bytes) {
        EXPECT_EQ(digest, sha256(bytes));
        blobs.emplace_back(bytes);
    };
    const RunContents contents = read_run(run.path(), options);
    EXPECT_EQ(blobs, (std::vector<std::string>{"x", "y"}));
    for (const EvaluationRecord& record : contents.evaluations) EXPECT_TRUE(record.candidate.bytes.empty());
}

TEST(ReadRun, AFolderWithoutAJournalIsAnInputErrorWithTheNextStep) {
    const TemporaryFolder run;
    try {
        read_run(run.path());
        FAIL();
    } catch (const InputError& error) {
        EXPECT_NE(std::string(error.what()).find(run.path().string()), std::string::npos);
        EXPECT_NE(std::string(error.what()).find("--out"), std::string::npos);
    }
    std::filesystem::create_directory(run.path() / "journal");
    EXPECT_TRUE(read_run(run.path()).evaluations.empty()) << "killed before its first segment";
}

/// A preamble of another version with a correct checksum.
std::string preamble_of(std::uint16_t major, std::uint16_t minor) {
    std::string bytes = encode_preamble().substr(0, 8);
    for (const std::uint16_t part : {major, minor}) {
        bytes.push_back(static_cast<char>(part & 0xFF));
        bytes.push_back(static_cast<char>(part >> 8));
    }
    const std::uint32_t crc = crc32c(bytes);
    for (unsigned i = 0; i < 4; ++i) bytes.push_back(static_cast<char>(crc >> (8 * i)));
    return bytes;
}

TEST(ReadRun, ANewerMajorIsRefusedNamingBothVersions) {
    const TemporaryFolder run;
    write_bytes(segment_path(run.path(), 0, 0), preamble_of(format_major + 1, 4));
    try {
        read_run(run.path());
        FAIL();
    } catch (const FormatVersionError& error) {
        EXPECT_NE(std::string(error.what()).find("journal format 2.4"), std::string::npos) << error.what();
        EXPECT_NE(std::string(error.what()).find("up to 1.x"), std::string::npos) << error.what();
    }
}

TEST(ReadRun, AnOlderMinorIsRead) {
    std::string bytes = preamble_of(format_major, 0);
    const std::size_t begin = open_frame(bytes, FrameType::header);
    bytes += std::string(
        "\x01\x00\x02{}\x05"
        "a = 1",
        11);  // a header without fences
    close_frame(bytes, begin, begin);
    const TemporaryFolder run;
    write_segment(run.path(), 0, 0, {sample_evaluation({0, 0, 0, 0})});
    write_bytes(segment_path(run.path(), 1, 0), bytes);
    const RunContents contents = read_run(run.path());
    EXPECT_TRUE(contents.damages.empty());
    EXPECT_TRUE(contents.fenced.empty()) << "no list of fences is not an empty one";
    ASSERT_EQ(contents.segments.size(), 2U);
    EXPECT_EQ(contents.segments[1].job_toml, "a = 1");
    EXPECT_EQ(contents.evaluations.size(), 1U);
}

TEST(ReadRun, ANewerMinorsFramesAndFieldsAreSkipped) {
    std::string bytes = preamble_of(format_major, format_minor + 1);
    std::size_t begin = open_frame(bytes, static_cast<FrameType>(99));
    bytes += "a kind of frame of the future";
    close_frame(bytes, begin, begin);
    begin = open_frame(bytes, FrameType::event);
    encode(Record{EventRecord{.name = "started", .text = "", .elapsed_seconds = 0}}, bytes);
    bytes += "a field of the future";
    close_frame(bytes, begin, begin);
    const TemporaryFolder run;
    write_bytes(segment_path(run.path(), 0, 0), bytes);
    const RunContents contents = read_run(run.path());
    EXPECT_TRUE(contents.damages.empty());
    ASSERT_EQ(contents.events.size(), 1U);
    EXPECT_EQ(contents.events[0].name, "started");
}

}  // namespace
}  // namespace atl::journal
