// SPDX-License-Identifier: Apache-2.0
// Records survive the trip to bytes and back, and no bytes can hurt the decoder.
#include "atoll/journal/encoding.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <random>

#include "atoll/core/error.hpp"
#include "journal/sample_records.hpp"

namespace atl::journal {
namespace {

using atl::testing::expect_equal;
using atl::testing::sample_call;
using atl::testing::sample_evaluation;

std::string encoded(const Record& record) {
    std::string out;
    encode(record, out);
    return out;
}

/// The record as it is read back without its blob.
EvaluationRecord without_bytes(EvaluationRecord record) {
    record.candidate.bytes.clear();
    return record;
}

TEST(Encoding, EveryFieldOfAnEvaluationSurvives) {
    const EvaluationRecord record = sample_evaluation({3, 1'000'000'000'000, 7, 1});
    const Record back = decode_record(FrameType::evaluation, encoded(record));
    expect_equal(std::get<EvaluationRecord>(back), without_bytes(record));
}

TEST(Encoding, ExtremeAndSpecialNumbersKeepTheirBits) {
    EvaluationRecord record;
    record.key = {std::numeric_limits<std::uint32_t>::max(), std::numeric_limits<std::uint64_t>::max(),
                  std::numeric_limits<std::uint32_t>::max(), std::numeric_limits<std::uint32_t>::max()};
    record.score = {.lower = -0.0, .upper = std::bit_cast<double>(0x7FF0000000000123ULL)};
    record.objective_calls = std::numeric_limits<std::uint64_t>::max();
    record.elapsed_seconds = std::numeric_limits<double>::infinity();
    record.usd = -0.0;
    record.verdict.kind = VerdictKind::infrastructure;
    record.origin = Origin::predicted;
    expect_equal(std::get<EvaluationRecord>(decode_record(FrameType::evaluation, encoded(record))), record);
    expect_equal(std::get<EvaluationRecord>(decode_record(FrameType::evaluation, encoded(EvaluationRecord{}))),
                 EvaluationRecord{});
}

TEST(Encoding, EveryFieldOfACallSurvives) {
    LlmCallRecord call = sample_call({3, 1'000'000'000'000, 7, 1});
    const std::string bytes = encoded(call);
    EXPECT_EQ(bytes.find(call.reply), std::string::npos) << "a reply is a blob";
    call.reply.clear();
    expect_equal(std::get<LlmCallRecord>(decode_record(FrameType::llm_call, bytes)), call);
    expect_equal(std::get<LlmCallRecord>(decode_record(FrameType::llm_call, encoded(LlmCallRecord{}))),
                 LlmCallRecord{});
    for (std::size_t length = 0; length < bytes.size(); ++length) {
        EXPECT_THROW(decode_record(FrameType::llm_call, bytes.substr(0, length)), DamageError) << length;
    }
    EXPECT_THROW(decode_record(FrameType::llm_call, bytes + "x"), DamageError);
    EXPECT_NO_THROW(decode_record(FrameType::llm_call, bytes + "x", Trailing::ignore));
}

TEST(Encoding, PlansAndTheirCountsSurviveAndShorterPayloadsAreRefused) {
    const PlanRecord plan = atl::testing::sample_plan(1);
    const PlanCountRecord count{.fate = "dropped by rule", .by = "tensor_in_node", .plans = 1ULL << 40U};
    EXPECT_EQ(std::get<PlanRecord>(decode_record(FrameType::plan, encoded(plan))), plan);
    EXPECT_EQ(std::get<PlanCountRecord>(decode_record(FrameType::plan_count, encoded(count))), count);
    for (const Record& record : {Record(plan), Record(count)}) {
        const std::string bytes = encoded(record);
        for (std::size_t length = 0; length < bytes.size(); ++length) {
            EXPECT_THROW(decode_record(frame_type(record), bytes.substr(0, length)), DamageError) << length;
        }
    }
}

TEST(Encoding, MigrationSnapshotEventAndHeaderSurvive) {
    const MigrationRecord migration{
        .epoch = 9, .from_island = 1, .to_island = 2, .to_step = 300, .key = {1, 2, 3, 4}, .elapsed_seconds = 0.25};
    const auto migration_back = std::get<MigrationRecord>(decode_record(FrameType::migration, encoded(migration)));
    EXPECT_EQ(migration_back.epoch, 9U);
    EXPECT_EQ(migration_back.from_island, 1U);
    EXPECT_EQ(migration_back.to_island, 2U);
    EXPECT_EQ(migration_back.to_step, 300U);
    EXPECT_EQ(migration_back.key, migration.key);
    EXPECT_EQ(migration_back.elapsed_seconds, 0.25);

    const SnapshotRecord snapshot{.island = 4, .step = 128, .state = std::string("\0\xff state", 8)};
    const auto snapshot_back = std::get<SnapshotRecord>(decode_record(FrameType::snapshot, encoded(snapshot)));
    EXPECT_EQ(snapshot_back.island, 4U);
    EXPECT_EQ(snapshot_back.step, 128U);
    EXPECT_EQ(snapshot_back.state, snapshot.state);

    const EventRecord event{.name = "stopping", .text = "SIGINT", .elapsed_seconds = 3};
    const auto event_back = std::get<EventRecord>(decode_record(FrameType::event, encoded(event)));
    EXPECT_EQ(event_back.name, "stopping");
    EXPECT_EQ(event_back.text, "SIGINT");
    EXPECT_EQ(event_back.elapsed_seconds, 3);

    std::string out;
    encode(SegmentInfo{.incarnation = 2, .rank = 63, .provenance_json = "{}", .job_toml = "a = 1"}, out);
    const SegmentInfo info = decode_segment_info(out);
    EXPECT_EQ(info.incarnation, 2U);
    EXPECT_EQ(info.rank, 63U);
    EXPECT_EQ(info.provenance_json, "{}");
    EXPECT_EQ(info.job_toml, "a = 1");
    EXPECT_FALSE(info.fences);
}

SegmentInfo fenced_info() {
    SegmentInfo info{.incarnation = 2, .rank = 63, .provenance_json = "{}", .job_toml = "a = 1"};
    info.fences = FenceList{1, {{1, 0, 1ULL << 40U}, {1, 63, 0}}};
    return info;
}

TEST(Encoding, FencesReadBackAndAHeaderOfFormat10HasNone) {
    std::string out;
    encode(fenced_info(), out);
    const SegmentInfo info = decode_segment_info(out);
    ASSERT_TRUE(info.fences);
    EXPECT_EQ(info.fences->first_incarnation, 1U);
    ASSERT_EQ(info.fences->fences.size(), 2U);
    EXPECT_EQ(info.fences->fences[0].bytes, 1ULL << 40U);
    EXPECT_EQ(info.fences->fences[1].rank, 63U);
    EXPECT_THROW(decode_segment_info(out + "x"), DamageError);
    EXPECT_NO_THROW(decode_segment_info(out + "a field of the future", Trailing::ignore));

    // Format 1.0 ended with the job.
    const std::string old(
        "\x02\x3f\x02{}\x05"
        "a = 1",
        11);
    EXPECT_EQ(decode_segment_info(old).job_toml, "a = 1");
    EXPECT_FALSE(decode_segment_info(old).fences);
    for (std::size_t length = old.size() + 1; length < out.size(); ++length)
        EXPECT_THROW(decode_segment_info(out.substr(0, length)), DamageError) << length;
}

TEST(Encoding, ATypicalRecordTakesLittleMoreThanItsHashAndNumbers) {
    EvaluationRecord record;
    record.key = {3, 5000, 7, 0};
    record.parent_1 = EvaluationKey{3, 4990, 2, 0};
    record.operator_name = "gaussian";
    record.candidate.genome = "vector";
    record.score = {.lower = 1, .upper = 1};
    record.objective_calls = 1;
    EXPECT_LE(encoded(record).size(), 128U);
}

TEST(Encoding, EveryTruncationIsRefused) {
    const std::string whole = encoded(sample_evaluation({3, 40, 7, 1}));
    for (std::size_t length = 0; length < whole.size(); ++length) {
        EXPECT_THROW(decode_record(FrameType::evaluation, whole.substr(0, length)), DamageError) << length;
    }
}

TEST(Encoding, TrailingBytesAreRefusedUnlessOfANewerMinor) {
    const std::string longer = encoded(sample_evaluation({3, 40, 7, 1})) + "x";
    EXPECT_THROW(decode_record(FrameType::evaluation, longer), DamageError);
    EXPECT_NO_THROW(decode_record(FrameType::evaluation, longer, Trailing::ignore));
}

TEST(Encoding, NonsenseIsRefusedOrDecodedButNeverReadOutOfBounds) {
    const std::string whole = encoded(sample_evaluation({3, 40, 7, 1}));
    std::mt19937_64 random(20260101);
    for (int round = 0; round < 20000; ++round) {
        std::string bytes = whole;
        for (int change = 0; change < 3; ++change) bytes[random() % bytes.size()] = static_cast<char>(random());
        try {
            (void)decode_record(static_cast<FrameType>(3 + random() % 5), bytes);
        } catch (const DamageError&) {
            continue;
        }
    }
    EXPECT_THROW(decode_record(FrameType::evaluation, std::string(200, '\xff')), DamageError);
    EXPECT_THROW(decode_record(FrameType::blob, whole), DamageError);
    EXPECT_THROW(decode_blob("shorter than a digest"), DamageError);
}

TEST(Encoding, AHugeMetricCountAsksForNoMemory) {
    EvaluationRecord record;
    std::string bytes = encoded(record);
    bytes.pop_back();                     // the count, zero
    bytes += "\xff\xff\xff\xff\xff\x7f";  // a count of 2^42 - 1
    EXPECT_THROW(decode_record(FrameType::evaluation, bytes), DamageError);
}

}  // namespace
}  // namespace atl::journal
