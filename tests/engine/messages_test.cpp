// SPDX-License-Identifier: Apache-2.0
// Messages survive the wire bit by bit, and nonsense is refused.
#include "atoll/engine/messages.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace atl::engine {
namespace {

TEST(Messages, MigrantsTravelWithTheirFullRecord) {
    EvaluationRecord record;
    record.key = {3, 1ULL << 40, 7, 2};
    record.parent_1 = EvaluationKey{1, 2, 3, 0};
    record.operator_name = "crossover+polish";
    record.candidate = {"vector", std::string("\0\xff binary", 9)};
    record.candidate_sha256 = sha256(record.candidate.bytes);
    record.verdict = {VerdictKind::wrong, "circles_overlap", "circles 1 and 2"};
    record.score = {0.1, std::nextafter(0.1, 1)};
    record.objective_calls = 12345678901ULL;
    record.metrics = {{"radius", 0.25, "unit"}};
    const auto back = decode_migrants(encode(std::vector<Migrant>{{9, 3, 4, record}}));
    ASSERT_EQ(back.size(), 1U);
    EXPECT_EQ(back[0].epoch, 9U);
    EXPECT_EQ(back[0].from_island, 3U);
    EXPECT_EQ(back[0].to_island, 4U);
    EXPECT_EQ(back[0].record.key, record.key);
    EXPECT_EQ(back[0].record.parent_1, record.parent_1);
    EXPECT_FALSE(back[0].record.parent_2.has_value());
    EXPECT_EQ(back[0].record.candidate, record.candidate);
    EXPECT_EQ(back[0].record.candidate_sha256, record.candidate_sha256);
    EXPECT_EQ(back[0].record.verdict, record.verdict);
    EXPECT_EQ(back[0].record.score.upper, record.score.upper);
    EXPECT_EQ(back[0].record.objective_calls, record.objective_calls);
    EXPECT_EQ(back[0].record.metrics, record.metrics);
}

TEST(Messages, UnscoredStaysUnscored) {
    RankStatus status;
    status.exhausted = true;
    status.islands.push_back({5, 10, {}, {}});
    const RankStatus back = decode_rank_status(encode(status));
    EXPECT_TRUE(back.exhausted);
    ASSERT_EQ(back.islands.size(), 1U);
    EXPECT_FALSE(back.islands[0].best.scored());
}

TEST(Messages, WhatAClientDidTravelsWhole) {
    RankStatus status;
    status.asking = 9;
    llm::ClientStatus model;
    model.asked = 1ULL << 40U;
    model.answered = 2;
    model.failed = 3;
    model.requests = 4;
    model.prompt_tokens = 5;
    model.completion_tokens = 6;
    model.usd = 0.1;
    model.unavailable_seconds = 7.5;
    model.last_error = "http://localhost: 503";
    model.available = false;
    status.model = model;
    const RankStatus back = decode_rank_status(encode(status));
    EXPECT_EQ(back.asking, 9U);
    ASSERT_TRUE(back.model);
    EXPECT_EQ(back.model->asked, model.asked);
    EXPECT_EQ(back.model->answered, 2U);
    EXPECT_EQ(back.model->failed, 3U);
    EXPECT_EQ(back.model->requests, 4U);
    EXPECT_EQ(back.model->prompt_tokens, 5U);
    EXPECT_EQ(back.model->completion_tokens, 6U);
    EXPECT_EQ(back.model->usd, 0.1);
    EXPECT_EQ(back.model->unavailable_seconds, 7.5);
    EXPECT_EQ(back.model->last_error, model.last_error);
    EXPECT_FALSE(back.model->available);
    EXPECT_FALSE(decode_rank_status(encode(RankStatus{})).model) << "no model is asked";
}

TEST(Messages, TruncatedMessageIsRefusedByName) {
    const std::string whole = encode(StopRequest{StopReason::signal, "SIGINT"});
    EXPECT_THROW(decode_stop_request(whole.substr(0, whole.size() / 2)), InfrastructureError);
    EXPECT_THROW(decode_drained(""), InfrastructureError);
}

TEST(Messages, AFlippedBitIsRefusedBeforeAnyLengthIsBelieved) {
    EvaluationRecord record;
    record.operator_name = "gaussian";
    record.candidate = {"vector", "bytes"};
    const std::string whole = encode(std::vector<Migrant>{{9, 3, 4, record}});
    for (std::size_t bit = 0; bit < 8 * whole.size(); ++bit) {
        std::string message = whole;
        message[bit / 8] = static_cast<char>(message[bit / 8] ^ (1 << (bit % 8)));
        ASSERT_THROW(decode_migrants(message), InfrastructureError) << "bit " << bit;
    }
}

TEST(Messages, OneKindIsNotTakenForAnother) {
    EXPECT_THROW(decode_migrants(encode(RankStatus{})), InfrastructureError);
    EXPECT_THROW(decode_drained(encode(StopRequest{StopReason::signal, "SIGINT"})), InfrastructureError);
}

}  // namespace
}  // namespace atl::engine
