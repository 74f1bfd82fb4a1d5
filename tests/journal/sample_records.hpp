// SPDX-License-Identifier: Apache-2.0
// Records with every field set, and equality to the bit.
#pragma once

#include <gtest/gtest.h>

#include <bit>
#include <string>

#include "atoll/core/record.hpp"
#include "atoll/journal/encoding.hpp"

namespace atl::testing {

inline journal::SegmentInfo sample_info(std::uint32_t incarnation = 0, std::uint32_t rank = 0) {
    return {.incarnation = incarnation,
            .rank = rank,
            .provenance_json = R"({"problem": "circles_26", "direction": "maximize", "seed": 7})",
            .job_toml = "problem = \"circles_26\"\n"};
}

/// A full record; equal `content` gives equal candidate bytes.
inline EvaluationRecord sample_evaluation(const EvaluationKey& key, const std::string& content = "candidate bytes") {
    EvaluationRecord record;
    record.key = key;
    if (key.step > 0) record.parent_1 = EvaluationKey{key.island, key.step - 1, key.slot, 0};
    if (key.step > 1) record.parent_2 = EvaluationKey{key.island + 1, key.step - 2, 3, 1};
    record.operator_name = "gaussian+polish";
    record.candidate = {.genome = "vector", .bytes = content};
    record.candidate_sha256 = sha256(content);
    record.stage = 2;
    record.instance_set = "hidden";
    record.verdict = {.kind = VerdictKind::wrong, .reason = "circles_overlap", .text = "circles 3 and 7 overlap"};
    record.score = {.lower = 2.5 + static_cast<double>(key.step), .upper = 2.75 + static_cast<double>(key.step)};
    record.objective_calls = 12345678901;
    record.origin = Origin::emulated;
    record.elapsed_seconds = 1.5 * static_cast<double>(key.step);
    record.wall_seconds = 0.1;
    record.cpu_seconds = 0.2;
    record.peak_bytes = 1ULL << 40U;
    record.rank = 5;
    record.usd = 0.03;
    record.cache_hit = key.slot % 2 == 1;
    record.metrics = {{.name = "active_constraints", .value = 78, .unit = "1"},
                      {.name = "gap", .value = -0.0, .unit = "m"}};
    return record;
}

inline bool same_bits(double left, double right) {
    return std::bit_cast<std::uint64_t>(left) == std::bit_cast<std::uint64_t>(right);
}

inline void expect_equal(const EvaluationRecord& left, const EvaluationRecord& right) {
    EXPECT_EQ(left.key, right.key);
    EXPECT_EQ(left.parent_1, right.parent_1);
    EXPECT_EQ(left.parent_2, right.parent_2);
    EXPECT_EQ(left.operator_name, right.operator_name);
    EXPECT_EQ(left.candidate, right.candidate);
    EXPECT_EQ(left.candidate_sha256, right.candidate_sha256);
    EXPECT_EQ(left.stage, right.stage);
    EXPECT_EQ(left.instance_set, right.instance_set);
    EXPECT_EQ(left.verdict, right.verdict);
    EXPECT_TRUE(same_bits(left.score.lower, right.score.lower));
    EXPECT_TRUE(same_bits(left.score.upper, right.score.upper));
    EXPECT_EQ(left.objective_calls, right.objective_calls);
    EXPECT_EQ(left.origin, right.origin);
    EXPECT_TRUE(same_bits(left.elapsed_seconds, right.elapsed_seconds));
    EXPECT_TRUE(same_bits(left.wall_seconds, right.wall_seconds));
    EXPECT_TRUE(same_bits(left.cpu_seconds, right.cpu_seconds));
    EXPECT_EQ(left.peak_bytes, right.peak_bytes);
    EXPECT_EQ(left.rank, right.rank);
    EXPECT_TRUE(same_bits(left.usd, right.usd));
    EXPECT_EQ(left.cache_hit, right.cache_hit);
    EXPECT_EQ(left.metrics, right.metrics);
}

/// A plan with every field set.
inline PlanRecord sample_plan(std::uint32_t place) {
    PlanRecord plan;
    plan.place = place;
    plan.strategy = "tp8 pp4 dp2 cp3 ep5 mbs6 vpp7";
    plan.tensor = 8;
    plan.pipeline = 4;
    plan.data = 2;
    plan.context = 3;
    plan.expert = 5;
    plan.micro_batch = 6;
    plan.virtual_stages = 7;
    plan.schedule = "interleaved";
    plan.recompute = "full-uniform-2";
    plan.zero_stage = 1;
    plan.switches = "sequence_parallel overlap_p2p";
    plan.iteration_seconds = 12.5;
    plan.tokens_per_second = 3e6;
    plan.peak_gib = 71.5;
    plan.out_of_memory_probability = 0.125;
    return plan;
}

/// A call with every field set; equal `reply` gives equal bytes.
inline LlmCallRecord sample_call(const EvaluationKey& key, const std::string& reply = "reply text") {
    LlmCallRecord call;
    call.key = key;
    call.model = "model-7b";
    call.endpoint = "http://localhost:8000/v1";
    call.request_sha256 = sha256("request " + std::to_string(key.step));
    call.occurrence = 1ULL << 40U;
    call.reply = reply;
    call.reply_sha256 = sha256(reply);
    call.status = "ok";
    call.finish_reason = "cut";
    call.prompt_tokens = 12345678901;
    call.completion_tokens = 678;
    call.reserved_tokens = 4096;
    call.usd = 0.1;
    call.requests = 7;
    call.hedges = 2;
    call.faults = 3;
    call.reused = true;
    call.origin = Origin::replayed;
    call.first_byte_seconds = 0.3;
    call.wall_seconds = -0.0;
    call.elapsed_seconds = 1.5;
    call.rank = 5;
    return call;
}

inline void expect_equal(const LlmCallRecord& left, const LlmCallRecord& right) {
    EXPECT_EQ(left.key, right.key);
    EXPECT_EQ(left.model, right.model);
    EXPECT_EQ(left.endpoint, right.endpoint);
    EXPECT_EQ(left.request_sha256, right.request_sha256);
    EXPECT_EQ(left.occurrence, right.occurrence);
    EXPECT_EQ(left.reply, right.reply);
    EXPECT_EQ(left.reply_sha256, right.reply_sha256);
    EXPECT_EQ(left.status, right.status);
    EXPECT_EQ(left.finish_reason, right.finish_reason);
    EXPECT_EQ(left.prompt_tokens, right.prompt_tokens);
    EXPECT_EQ(left.completion_tokens, right.completion_tokens);
    EXPECT_EQ(left.reserved_tokens, right.reserved_tokens);
    EXPECT_TRUE(same_bits(left.usd, right.usd));
    EXPECT_EQ(left.requests, right.requests);
    EXPECT_EQ(left.hedges, right.hedges);
    EXPECT_EQ(left.faults, right.faults);
    EXPECT_EQ(left.reused, right.reused);
    EXPECT_EQ(left.origin, right.origin);
    EXPECT_TRUE(same_bits(left.first_byte_seconds, right.first_byte_seconds));
    EXPECT_TRUE(same_bits(left.wall_seconds, right.wall_seconds));
    EXPECT_TRUE(same_bits(left.elapsed_seconds, right.elapsed_seconds));
    EXPECT_EQ(left.rank, right.rank);
}

}  // namespace atl::testing
