// SPDX-License-Identifier: Apache-2.0
// Tests of the snapshot encoding: nothing is lost, and damage is found.
#include "atoll/evolve/state_encoding.hpp"

#include <gtest/gtest.h>

#include "atoll/core/error.hpp"

namespace atl::evolve {
namespace {

EvaluationRecord full_record() {
    EvaluationRecord record;
    record.key = {1, 2, 3, 4};
    record.parent_1 = EvaluationKey{5, 6, 7, 8};
    record.operator_name = "reinsert+polish";
    record.candidate = {"vector", std::string("\0\1\2", 3)};
    record.candidate_sha256 = sha256(record.candidate.bytes);
    record.stage = 2;
    record.instance_set = "hidden";
    record.verdict = {VerdictKind::wrong, "overlap", "circles 1 and 2"};
    record.score = {1.5, 2.5};
    record.objective_calls = 77;
    record.origin = Origin::emulated;
    record.elapsed_seconds = 0.25;
    record.wall_seconds = 0.5;
    record.cpu_seconds = 0.125;
    record.peak_bytes = 1 << 20;
    record.rank = 3;
    record.usd = 0.01;
    record.cache_hit = true;
    record.metrics = {{"gap", 0.5, "1"}, {"count", 26, ""}};
    return record;
}

TEST(StateEncoding, ARecordWhoseCandidateIsLostOrAnotherIsDamage) {
    StateWriter writer;
    writer.record(full_record());
    const std::string bytes = writer.take();
    for (const char* found : {"", "another"}) {
        StateReader reader(bytes, [found](const Sha256&) { return std::string(found); });
        EXPECT_THROW(reader.record(), DamageError) << found;
    }
}

TEST(StateEncoding, EveryFieldOfARecordComesBack) {
    const EvaluationRecord record = full_record();
    StateWriter writer;
    writer.record(record);
    const std::string bytes = writer.take();
    StateReader reader(bytes, [&record](const Sha256& content) {
        return content == record.candidate_sha256 ? record.candidate.bytes : std::string();
    });
    const EvaluationRecord back = reader.record();
    reader.finish();
    EXPECT_EQ(back.key, record.key);
    EXPECT_EQ(back.parent_1, record.parent_1);
    EXPECT_EQ(back.parent_2, record.parent_2);
    EXPECT_EQ(back.operator_name, record.operator_name);
    EXPECT_EQ(back.candidate, record.candidate);
    EXPECT_EQ(back.candidate_sha256, record.candidate_sha256);
    EXPECT_EQ(back.stage, record.stage);
    EXPECT_EQ(back.instance_set, record.instance_set);
    EXPECT_EQ(back.verdict, record.verdict);
    EXPECT_EQ(back.score.lower, record.score.lower);
    EXPECT_EQ(back.score.upper, record.score.upper);
    EXPECT_EQ(back.objective_calls, record.objective_calls);
    EXPECT_EQ(back.origin, record.origin);
    EXPECT_EQ(back.elapsed_seconds, record.elapsed_seconds);
    EXPECT_EQ(back.wall_seconds, record.wall_seconds);
    EXPECT_EQ(back.cpu_seconds, record.cpu_seconds);
    EXPECT_EQ(back.peak_bytes, record.peak_bytes);
    EXPECT_EQ(back.rank, record.rank);
    EXPECT_EQ(back.usd, record.usd);
    EXPECT_EQ(back.cache_hit, record.cache_hit);
    EXPECT_EQ(back.metrics, record.metrics);
}

TEST(StateEncoding, EveryTruncationIsFound) {
    StateWriter writer;
    writer.record(full_record());
    const std::string bytes = writer.take();
    for (std::size_t length = 0; length < bytes.size(); ++length) {
        StateReader reader(std::string_view(bytes).substr(0, length));
        EXPECT_THROW(reader.record(), DamageError) << length;
    }
}

TEST(StateEncoding, ALengthBeyondTheEndAllocatesNothing) {
    StateWriter writer;
    writer.u64(~std::uint64_t{0});
    const std::string bytes = writer.take();
    EXPECT_THROW(StateReader(bytes).text(), DamageError);
}

TEST(StateEncoding, LeftOverBytesAreFound) {
    StateWriter writer;
    writer.u32(1);
    writer.u8(1);
    const std::string bytes = writer.take();
    StateReader reader(bytes);
    EXPECT_EQ(reader.u32(), 1U);
    EXPECT_THROW(reader.finish(), DamageError);
}

}  // namespace
}  // namespace atl::evolve
