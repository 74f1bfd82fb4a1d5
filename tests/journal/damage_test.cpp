// SPDX-License-Identifier: Apache-2.0
// Segments cut at every byte and flipped at every bit: a clean rest and a report, never a crash.
#include <gtest/gtest.h>

#include <string>

#include "atoll/journal/frame.hpp"
#include "atoll/journal/reader.hpp"
#include "atoll/journal/writer.hpp"
#include "journal/sample_records.hpp"
#include "journal/temporary_folder.hpp"

namespace atl::journal {
namespace {

using atl::testing::expect_equal;
using atl::testing::file_bytes;
using atl::testing::sample_evaluation;
using atl::testing::sample_info;
using atl::testing::TemporaryFolder;
using atl::testing::write_bytes;

constexpr std::uint32_t record_count = 4;

std::string content_of(std::uint32_t slot) { return "content " + std::to_string(slot); }

/// The bytes of a small segment, and where its frames begin.
struct Sample {
    std::string bytes;
    std::vector<std::size_t> frames;

    Sample() {
        const TemporaryFolder run;
        FileJournal journal(run.path(), sample_info());
        for (std::uint32_t slot = 0; slot < record_count; ++slot) {
            journal.append(sample_evaluation({0, 0, slot, 0}, content_of(slot)));
        }
        journal.flush();
        bytes = file_bytes(segment_path(run.path(), 0, 0));
        for (std::size_t at = preamble_bytes; at < bytes.size();) {
            frames.push_back(at);
            at += frame_header_bytes + static_cast<std::uint8_t>(bytes[at]) +
                  256U * static_cast<std::uint8_t>(bytes[at + 1]);
        }
    }
};

const Sample& sample() {
    static const Sample made;
    return made;
}

RunContents read_bytes(const std::string& bytes) {
    const TemporaryFolder run;
    write_bytes(segment_path(run.path(), 0, 0), bytes);
    return read_run(run.path());
}

void expect_whole(const EvaluationRecord& record) {
    expect_equal(record, sample_evaluation(record.key, content_of(record.key.slot)));
}

TEST(Damage, TheSampleIsAsExpected) {
    // header, then blob and evaluation for each record
    ASSERT_EQ(sample().frames.size(), 1 + 2 * record_count);
    const RunContents contents = read_bytes(sample().bytes);
    EXPECT_EQ(contents.evaluations.size(), record_count);
    EXPECT_TRUE(contents.torn_tails.empty());
    EXPECT_TRUE(contents.damages.empty());
}

TEST(Damage, CutAtEveryByteLeavesACleanBeginningAndANote) {
    for (std::size_t length = 0; length < sample().bytes.size(); ++length) {
        const RunContents contents = read_bytes(sample().bytes.substr(0, length));
        std::size_t whole_frames = 0;
        bool at_a_boundary = length == preamble_bytes;
        for (std::size_t i = 0; i < sample().frames.size(); ++i) {
            const std::size_t end = i + 1 < sample().frames.size() ? sample().frames[i + 1] : sample().bytes.size();
            if (end <= length) ++whole_frames;
            at_a_boundary = at_a_boundary || end == length;
        }
        const std::size_t expected = whole_frames == 0 ? 0 : (whole_frames - 1) / 2;
        ASSERT_EQ(contents.evaluations.size(), expected) << "cut at " << length;
        ASSERT_EQ(contents.torn_tails.size(), at_a_boundary ? 0U : 1U) << "cut at " << length;
        ASSERT_TRUE(contents.damages.empty()) << "cut at " << length << ": " << contents.damages[0].text;
        for (const EvaluationRecord& record : contents.evaluations) expect_whole(record);
    }
}

TEST(Damage, AnyFlippedBitIsReportedAndAllOtherRecordsAreKept) {
    for (std::size_t bit = 0; bit < 8 * sample().bytes.size(); ++bit) {
        std::string bytes = sample().bytes;
        bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << (bit % 8)));
        const RunContents contents = read_bytes(bytes);
        ASSERT_FALSE(contents.damages.empty() && contents.torn_tails.empty()) << "bit " << bit;

        // Which record the bit belongs to: a blob's loss leaves its record without bytes, but does not take it.
        std::size_t frame = 0;
        while (frame + 1 < sample().frames.size() && sample().frames[frame + 1] <= bit / 8) ++frame;
        const bool in_evaluation = bit / 8 >= sample().frames[0] && frame > 0 && frame % 2 == 0;
        const bool in_blob = bit / 8 >= sample().frames[0] && frame % 2 == 1;
        ASSERT_EQ(contents.evaluations.size(), record_count - (in_evaluation ? 1 : 0)) << "bit " << bit;
        for (const EvaluationRecord& record : contents.evaluations) {
            if (in_blob && record.key.slot == (frame - 1) / 2) {
                EXPECT_TRUE(record.candidate.bytes.empty());
            } else {
                expect_whole(record);
            }
        }
        const bool last_frame = frame + 1 == sample().frames.size();
        ASSERT_EQ(contents.torn_tails.size(), last_frame ? 1U : 0U) << "bit " << bit;
        if (HasFailure()) break;
    }
}

TEST(Damage, ALostStretchIsSkippedAndNamed) {
    std::string bytes = sample().bytes;
    // From the middle of one frame into the middle of another.
    const std::size_t begin = sample().frames[2] + 5;
    const std::size_t end = sample().frames[4] + 5;
    for (std::size_t i = begin; i < end; ++i) bytes[i] = '\0';
    const RunContents contents = read_bytes(bytes);
    ASSERT_EQ(contents.evaluations.size(), 2U);
    EXPECT_EQ(contents.evaluations[0].key.slot, 2U);
    ASSERT_EQ(contents.damages.size(), 1U);
    EXPECT_EQ(contents.damages[0].offset, sample().frames[2]);
    EXPECT_EQ(contents.damages[0].bytes, sample().frames[5] - sample().frames[2]);
}

TEST(Damage, AJournalInsideACandidateIsNeverTakenForRecords) {
    // The candidate's bytes are a whole journal; the frame that carries them is then damaged.
    const TemporaryFolder run;
    std::vector<std::size_t> ends;
    {
        FileJournal journal(run.path(), sample_info());
        journal.append(sample_evaluation({5, 0, 0, 0}, sample().bytes));
        journal.append(sample_evaluation({5, 0, 1, 0}, "other"));
        journal.flush();
    }
    const std::filesystem::path path = segment_path(run.path(), 0, 0);
    std::string bytes = file_bytes(path);
    const std::size_t inside = bytes.find(sample().bytes.substr(0, 200));
    ASSERT_NE(inside, std::string::npos);
    bytes[inside - 10] = static_cast<char>(bytes[inside - 10] ^ 1);
    write_bytes(path, bytes);
    const RunContents contents = read_run(run.path());
    ASSERT_EQ(contents.evaluations.size(), 2U);
    for (const EvaluationRecord& record : contents.evaluations) EXPECT_EQ(record.key.island, 5U);
}

TEST(Damage, GarbageIsNamedAsNotASegment) {
    std::string garbage;
    for (int i = 0; i < 5000; ++i) garbage.push_back(static_cast<char>((i * i * 31 + 7) % 251 + 1));
    const RunContents contents = read_bytes(garbage);
    ASSERT_EQ(contents.damages.size(), 1U);
    EXPECT_NE(contents.damages[0].text.find("0-0.atj"), std::string::npos);
    EXPECT_NE(contents.damages[0].text.find("not a journal segment"), std::string::npos);
    EXPECT_TRUE(contents.segments.empty());
}

TEST(Damage, ZerosWhereThePowerWentAreATornTail) {
    const RunContents empty = read_bytes(std::string(8192, '\0'));
    EXPECT_EQ(empty.torn_tails.size(), 1U);
    EXPECT_TRUE(empty.damages.empty());
    const RunContents tail = read_bytes(sample().bytes + std::string(5000, '\0'));
    EXPECT_EQ(tail.evaluations.size(), record_count);
    EXPECT_EQ(tail.torn_tails.size(), 1U);
    EXPECT_TRUE(tail.damages.empty());
}

TEST(Damage, ARenamedSegmentIsReported) {
    const TemporaryFolder run;
    write_bytes(segment_path(run.path(), 3, 1), sample().bytes);
    const RunContents contents = read_run(run.path());
    EXPECT_EQ(contents.evaluations.size(), record_count);
    ASSERT_EQ(contents.damages.size(), 1U);
    EXPECT_NE(contents.damages[0].text.find("renamed"), std::string::npos);
}

}  // namespace
}  // namespace atl::journal
