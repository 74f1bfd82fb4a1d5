// SPDX-License-Identifier: Apache-2.0
// Segments cut at every byte and flipped at every bit: a clean rest and a report, never a crash.
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <random>
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
using atl::testing::sample_call;
using atl::testing::sample_evaluation;
using atl::testing::sample_info;
using atl::testing::TemporaryFolder;
using atl::testing::write_bytes;

constexpr std::uint32_t record_count = 4;

std::string content_of(std::uint32_t slot) { return "content " + std::to_string(slot); }

constexpr MigrationRecord sample_migration{
    .epoch = 3, .from_island = 1, .to_island = 0, .to_step = 31, .key = {1, 30, 2, 0}, .elapsed_seconds = 2.5};
const SnapshotRecord sample_snapshot{.island = 0, .step = 32, .state = std::string("state\0of an island", 18)};
const EventRecord sample_event{.name = "stopping", .text = "SIGTERM", .elapsed_seconds = 3.5};

/// Its reply is a candidate's text: they share a blob.
LlmCallRecord the_call() { return sample_call({0, 0, record_count - 1, 0}, content_of(0)); }

/// The bytes of a small segment with a frame of every kind, where its frames begin, and what they are.
struct Sample {
    std::string bytes;
    std::vector<std::size_t> frames;
    std::vector<FrameType> types;

    Sample() {
        const TemporaryFolder run;
        FileJournal journal(run.path(), sample_info());
        const auto evaluate = [&journal](std::uint32_t slot) {
            journal.append(sample_evaluation({0, 0, slot, 0}, content_of(slot)));
        };
        for (std::uint32_t slot = 0; slot + 1 < record_count; ++slot) evaluate(slot);
        journal.append(sample_migration);
        journal.append(sample_snapshot);
        journal.append(sample_event);
        journal.append(the_call());
        evaluate(record_count - 1);
        journal.flush();
        bytes = file_bytes(segment_path(run.path(), 0, 0));
        for (std::size_t at = preamble_bytes; at < bytes.size();) {
            frames.push_back(at);
            types.push_back(static_cast<FrameType>(bytes[at + 8]));
            at += frame_header_bytes + static_cast<std::uint8_t>(bytes[at]) +
                  256U * static_cast<std::uint8_t>(bytes[at + 1]);
        }
    }

    std::size_t end_of(std::size_t frame) const { return frame + 1 < frames.size() ? frames[frame + 1] : bytes.size(); }
    /// Which frame a byte belongs to; nothing for the preamble.
    std::optional<std::size_t> frame_of(std::size_t byte) const {
        if (byte < preamble_bytes) return std::nullopt;
        return static_cast<std::size_t>(std::upper_bound(frames.begin(), frames.end(), byte) - frames.begin() - 1);
    }
    /// How many of the first `count` frames are of this type.
    std::size_t count_of(FrameType type, std::size_t count) const {
        return static_cast<std::size_t>(
            std::count(types.begin(), types.begin() + static_cast<std::ptrdiff_t>(count), type));
    }
};

const Sample& sample() {
    static const Sample made;
    return made;
}

/// One run whose only segment is written again and again.
class OneSegment {
public:
    RunContents read(const std::string& bytes) const {
        write_bytes(segment_path(run_.path(), 0, 0), bytes);
        return read_run(run_.path());
    }

private:
    TemporaryFolder run_;
};

RunContents read_bytes(const std::string& bytes) { return OneSegment().read(bytes); }

void expect_whole(const EvaluationRecord& record) {
    expect_equal(record, sample_evaluation(record.key, content_of(record.key.slot)));
}

/// Every record that was read is one that was written, to the bit; `bytes_lost` names one whose candidate may be gone.
void expect_nothing_wrong(const RunContents& contents, std::optional<std::size_t> bytes_lost = std::nullopt) {
    for (const EvaluationRecord& record : contents.evaluations) {
        if (bytes_lost == record.key.slot) {
            EXPECT_TRUE(record.candidate.bytes.empty());
        } else {
            expect_whole(record);
        }
    }
    for (const MigrationRecord& record : contents.migrations) {
        EXPECT_EQ(record.epoch, sample_migration.epoch);
        EXPECT_EQ(record.from_island, sample_migration.from_island);
        EXPECT_EQ(record.to_island, sample_migration.to_island);
        EXPECT_EQ(record.to_step, sample_migration.to_step);
        EXPECT_EQ(record.key, sample_migration.key);
        EXPECT_EQ(record.elapsed_seconds, sample_migration.elapsed_seconds);
    }
    for (const SnapshotRecord& record : contents.snapshots) {
        EXPECT_EQ(record.island, sample_snapshot.island);
        EXPECT_EQ(record.step, sample_snapshot.step);
        EXPECT_EQ(record.state, sample_snapshot.state);
    }
    for (const LlmCallRecord& call : contents.llm_calls) {
        LlmCallRecord expected = the_call();
        if (bytes_lost == 0U) expected.reply.clear();
        expect_equal(call, expected);
    }
    for (const EventRecord& record : contents.events) {
        EXPECT_EQ(record.name, sample_event.name);
        EXPECT_EQ(record.text, sample_event.text);
        EXPECT_EQ(record.elapsed_seconds, sample_event.elapsed_seconds);
    }
}

TEST(Damage, TheSampleHoldsAFrameOfEveryKind) {
    const std::size_t all = sample().types.size();
    ASSERT_EQ(sample().count_of(FrameType::header, all), 1U);
    ASSERT_EQ(sample().count_of(FrameType::blob, all), record_count);
    ASSERT_EQ(sample().count_of(FrameType::evaluation, all), record_count);
    ASSERT_EQ(sample().count_of(FrameType::migration, all), 1U);
    ASSERT_EQ(sample().count_of(FrameType::snapshot, all), 1U);
    ASSERT_EQ(sample().count_of(FrameType::event, all), 1U);
    ASSERT_EQ(sample().count_of(FrameType::llm_call, all), 1U);
    const RunContents contents = read_bytes(sample().bytes);
    EXPECT_EQ(contents.evaluations.size(), record_count);
    EXPECT_TRUE(contents.torn_tails.empty());
    EXPECT_TRUE(contents.damages.empty());
    expect_nothing_wrong(contents);
}

TEST(Damage, CutAtEveryByteLeavesACleanBeginningAndANote) {
    const OneSegment segment;
    for (std::size_t length = 0; length < sample().bytes.size(); ++length) {
        const RunContents contents = segment.read(sample().bytes.substr(0, length));
        std::size_t whole_frames = 0;
        bool at_a_boundary = length == preamble_bytes;
        for (std::size_t i = 0; i < sample().frames.size(); ++i) {
            if (sample().end_of(i) <= length) ++whole_frames;
            at_a_boundary = at_a_boundary || sample().end_of(i) == length;
        }
        const auto expected = [&](FrameType type) { return sample().count_of(type, whole_frames); };
        ASSERT_EQ(contents.evaluations.size(), expected(FrameType::evaluation)) << "cut at " << length;
        ASSERT_EQ(contents.migrations.size(), expected(FrameType::migration)) << "cut at " << length;
        ASSERT_EQ(contents.snapshots.size(), expected(FrameType::snapshot)) << "cut at " << length;
        ASSERT_EQ(contents.events.size(), expected(FrameType::event)) << "cut at " << length;
        ASSERT_EQ(contents.llm_calls.size(), expected(FrameType::llm_call)) << "cut at " << length;
        ASSERT_EQ(contents.torn_tails.size(), at_a_boundary ? 0U : 1U) << "cut at " << length;
        ASSERT_TRUE(contents.damages.empty()) << "cut at " << length << ": " << contents.damages[0].text;
        expect_nothing_wrong(contents);
        ASSERT_FALSE(HasFailure()) << "cut at " << length;
    }
}

TEST(Damage, AnyFlippedBitIsReportedAndAllOtherRecordsAreKept) {
    const OneSegment segment;
    for (std::size_t bit = 0; bit < 8 * sample().bytes.size(); ++bit) {
        std::string bytes = sample().bytes;
        bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << (bit % 8)));
        const RunContents contents = segment.read(bytes);
        const std::optional<std::size_t> frame = sample().frame_of(bit / 8);
        const bool last_frame = frame && *frame + 1 == sample().frames.size();
        ASSERT_EQ(contents.torn_tails.size(), last_frame ? 1U : 0U) << "bit " << bit;
        ASSERT_EQ(contents.damages.empty(), last_frame) << "bit " << bit;

        // A blob's loss leaves its record without bytes, but does not take it; without its header a segment is known
        // by its name.
        const auto expected = [&](FrameType type) {
            const std::size_t hit = frame && sample().types[*frame] == type ? 1 : 0;
            return sample().count_of(type, sample().types.size()) - hit;
        };
        ASSERT_EQ(contents.segments.size(), 1U) << "bit " << bit;
        ASSERT_EQ(contents.evaluations.size(), expected(FrameType::evaluation)) << "bit " << bit;
        ASSERT_EQ(contents.migrations.size(), expected(FrameType::migration)) << "bit " << bit;
        ASSERT_EQ(contents.snapshots.size(), expected(FrameType::snapshot)) << "bit " << bit;
        ASSERT_EQ(contents.events.size(), expected(FrameType::event)) << "bit " << bit;
        ASSERT_EQ(contents.llm_calls.size(), expected(FrameType::llm_call)) << "bit " << bit;
        std::optional<std::size_t> bytes_lost;
        if (frame && sample().types[*frame] == FrameType::blob) {
            bytes_lost = sample().count_of(FrameType::blob, *frame);
        }
        expect_nothing_wrong(contents, bytes_lost);
        ASSERT_FALSE(HasFailure()) << "bit " << bit;
    }
}

TEST(Damage, OverwrittenStretchesNeverMakeAWrongRecord) {
    const OneSegment segment;
    std::mt19937_64 random(20260102);
    for (int round = 0; round < 2000; ++round) {
        std::string bytes = sample().bytes;
        const std::size_t begin = random() % bytes.size();
        const std::size_t length = 1 + random() % 200;
        // noise, zeros, or bytes of another place of the same file
        const std::uint64_t kind = random() % 3;
        const std::size_t source = random() % bytes.size();
        for (std::size_t i = begin; i < std::min(begin + length, bytes.size()); ++i) {
            const char copied = sample().bytes[(source + i - begin) % bytes.size()];
            bytes[i] = kind == 0 ? static_cast<char>(random()) : kind == 1 ? '\0' : copied;
        }
        const RunContents contents = segment.read(bytes);
        for (const EvaluationRecord& record : contents.evaluations) {
            ASSERT_LT(record.key.slot, record_count);
            if (!record.candidate.bytes.empty()) expect_whole(record);
        }
        RunContents others = contents;
        others.evaluations.clear();
        const bool reply_lost = !others.llm_calls.empty() && others.llm_calls[0].reply.empty();
        expect_nothing_wrong(others, reply_lost ? std::optional<std::size_t>(0) : std::nullopt);
        if (bytes != sample().bytes) {
            ASSERT_FALSE(contents.damages.empty() && contents.torn_tails.empty()) << round;
        }
        ASSERT_FALSE(HasFailure()) << "round " << round;
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
