// SPDX-License-Identifier: Apache-2.0
// Questions to models in the loop: two pools, failures that no candidate pays for, traces that replay.
#include <gtest/gtest.h>

#include <map>
#include <memory>

#include "asking_island.hpp"
#include "atoll/llm/trace.hpp"
#include "scripted_model.hpp"
#include "simulated_lives.hpp"

namespace atl::engine::testing {
namespace {

RankOptions asking_rank(std::uint64_t evaluations) {
    RankOptions options;
    options.islands = 4;
    options.batch = 6;
    options.limit_evaluations = evaluations;
    options.migration_interval = 3;
    options.snapshot_interval = 4;
    return options;
}

SimulatedRunOptions asking_run(const RankOptions& rank, const ModelScript& script, bool only_asks = false,
                               int ranks = 2) {
    SimulatedRunOptions options;
    options.ranks = ranks;
    options.rank = rank;
    options.make_island = [islands = rank.islands, only_asks](std::uint32_t id) {
        return std::make_unique<AskingIsland>(id, islands, only_asks);
    };
    options.make_model = [script](int) { return std::make_unique<ScriptedModel>(script); };
    return options;
}

template <class T>
std::vector<T> records_of(const SimulatedRun& run) {
    std::vector<T> all;
    for (const auto& journal : run.journals) {
        for (const Record& record : journal->records) {
            if (const T* each = std::get_if<T>(&record)) all.push_back(*each);
        }
    }
    return all;
}

std::size_t made_by(const std::vector<EvaluationRecord>& records, const std::string& name) {
    return static_cast<std::size_t>(std::count_if(
        records.begin(), records.end(), [&](const EvaluationRecord& each) { return each.operator_name == name; }));
}

TEST(Questions, EachReplyBecomesTheCandidateOfItsSlotAndItsCallIsInTheJournalBefore) {
    SimulatedRun run(asking_run(asking_rank(400), {}));
    ASSERT_EQ(run.run().outcome, transport::RunOutcome::finished);
    std::size_t matched = 0;
    for (const auto& journal : run.journals) {
        std::map<EvaluationKey, LlmCallRecord> asked;
        for (const Record& record : journal->records) {
            if (const auto* call = std::get_if<LlmCallRecord>(&record)) asked[call->key] = *call;
            const auto* evaluation = std::get_if<EvaluationRecord>(&record);
            if (evaluation == nullptr || evaluation->operator_name != "llm") continue;
            ASSERT_TRUE(asked.contains(evaluation->key)) << to_string(evaluation->key);
            EXPECT_TRUE(evaluation->candidate.bytes.starts_with(asked[evaluation->key].reply));
            EXPECT_EQ(asked[evaluation->key].reply_sha256, sha256(asked[evaluation->key].reply));
            ++matched;
        }
    }
    EXPECT_GT(matched, 30U);
    EXPECT_EQ(run.evaluations().size(), 400U);
}

TEST(Questions, AReplyOfNoUseIsAVerdictOfItsOwn) {
    SimulatedRun run(asking_run(asking_rank(400), {}));
    ASSERT_EQ(run.run().outcome, transport::RunOutcome::finished);
    std::size_t refused = 0;
    for (const EvaluationRecord& record : run.evaluations()) {
        if (record.verdict.reason != "reply_unusable") continue;
        ++refused;
        EXPECT_EQ(record.verdict.kind, VerdictKind::wrong);
        EXPECT_FALSE(record.score.scored());
        EXPECT_EQ(record.key.attempt, 0U);
    }
    EXPECT_GT(refused, 0U);
}

TEST(Questions, WhileAllModelsAreBusyOperatorsFillTheSlots) {
    ModelScript slow;
    slow.room = 2;
    slow.latency = from_seconds(5);
    SimulatedRun run(asking_run(asking_rank(2000), slow));
    ASSERT_EQ(run.run().outcome, transport::RunOutcome::finished);
    const auto records = run.evaluations();
    EXPECT_EQ(made_by(records, "llm") + made_by(records, "chain"), 2000U);
    EXPECT_GT(made_by(records, "chain"), 1500U) << "an operator needs no five seconds";
    for (const auto& model : run.models) {
        EXPECT_LE(static_cast<const ScriptedModel&>(*model).most_at_once, 2U);
    }
}

TEST(Questions, SlotsThatOnlyAModelCanFillKeepAllOfItsRoomBusy) {
    ModelScript script;
    script.room = 24;
    script.latency = from_seconds(1);
    RankOptions rank = asking_rank(600);
    rank.batch = 16;
    SimulatedRun run(asking_run(rank, script, true));
    ASSERT_EQ(run.run().outcome, transport::RunOutcome::finished);
    for (const auto& model : run.models) {
        EXPECT_EQ(static_cast<const ScriptedModel&>(*model).most_at_once, 24U) << "with two workers a rank";
    }
}

TEST(Questions, AFailedQuestionIsFilledByAnOperatorAndNoCandidateIsCharged) {
    ModelScript script;
    script.answers = [](std::uint64_t n) { return n % 3 != 0; };
    SimulatedRun run(asking_run(asking_rank(600), script));
    ASSERT_EQ(run.run().outcome, transport::RunOutcome::finished);
    std::size_t failed = 0;
    for (const LlmCallRecord& call : records_of<LlmCallRecord>(run)) failed += call.status == "http_503" ? 1 : 0;
    EXPECT_GT(failed, 20U);
    for (const EvaluationRecord& record : run.evaluations()) {
        EXPECT_NE(record.verdict.kind, VerdictKind::infrastructure) << to_string(record.key);
    }
    EXPECT_EQ(keys_of(run.evaluations()).size(), 600U);
}

TEST(Questions, WithoutOperatorsAFailedQuestionIsInfrastructureAndNotAskedAgain) {
    ModelScript script;
    script.answers = [](std::uint64_t n) { return n % 3 != 0; };
    SimulatedRun run(asking_run(asking_rank(300), script, true));
    ASSERT_EQ(run.run().outcome, transport::RunOutcome::finished);
    std::size_t failed = 0;
    for (const EvaluationRecord& record : run.evaluations()) {
        if (record.verdict.kind != VerdictKind::infrastructure) continue;
        ++failed;
        EXPECT_EQ(record.verdict.reason, "http_503");
        EXPECT_EQ(record.key.attempt, 0U);
    }
    EXPECT_GT(failed, 50U);
    EXPECT_EQ(records_of<LlmCallRecord>(run).size(), 300U) << "one question a slot";
}

TEST(Questions, WhileNoModelCanBeAskedOperatorsGoOnAndTheJournalSaysHowLong) {
    ModelScript script;
    script.gone_from = from_seconds(0.5);
    script.gone_until = from_seconds(2.5);
    SimulatedRun run(asking_run(asking_rank(3000), script, false, 1));
    ASSERT_EQ(run.run().outcome, transport::RunOutcome::finished);
    std::vector<std::string> events;
    for (const EventRecord& event : records_of<EventRecord>(run)) {
        if (event.name.starts_with("model")) events.push_back(event.name + " " + event.text);
    }
    ASSERT_EQ(events.size(), 2U);
    EXPECT_TRUE(events[0].starts_with("model_unavailable"));
    EXPECT_TRUE(events[1] == "model_available after 2.0 s" || events[1] == "model_available after 2.1 s") << events[1];
    std::size_t meanwhile = 0;
    for (const EvaluationRecord& record : run.evaluations()) {
        if (record.elapsed_seconds < 1.0 || record.elapsed_seconds > 2.4) continue;
        EXPECT_EQ(record.operator_name, "chain");
        ++meanwhile;
    }
    EXPECT_GT(meanwhile, 100U);
    ASSERT_TRUE(run.ranks[0]->run_status()->model);
    EXPECT_NEAR(run.ranks[0]->run_status()->model->unavailable_seconds, 2.05, 0.1);
}

TEST(Questions, AStopCancelsThemAndJournalsWhatTheyCost) {
    ModelScript slow;
    slow.latency = from_seconds(1000);
    RankOptions rank = asking_rank(0);
    rank.limit_seconds = 2;
    SimulatedRun run(asking_run(rank, slow));
    ASSERT_EQ(run.run().outcome, transport::RunOutcome::finished);
    std::size_t cancelled = 0;
    for (const LlmCallRecord& call : records_of<LlmCallRecord>(run)) cancelled += call.status == "cancelled" ? 1 : 0;
    std::uint64_t asked = 0;
    for (const auto& model : run.models) asked += static_cast<const ScriptedModel&>(*model).cancelled;
    EXPECT_GT(asked, 0U);
    EXPECT_EQ(cancelled, asked);
    EXPECT_EQ(made_by(run.evaluations(), "llm"), 0U);
}

/// A deterministic run as it was recorded, with failures, and its trace.
struct Recorded {
    Journals journals;
    std::vector<LlmCallRecord> trace;

    explicit Recorded(const RankOptions& rank, bool only_asks) {
        ModelScript script;
        script.answers = [](std::uint64_t n) { return n % 5 != 0; };
        run_incarnation(asking_run(rank, script, only_asks), 2, 1, from_seconds(100'000), journals);
        std::string lines;
        for (const LlmCallRecord& call : journals.contents().llm_calls) lines += llm::trace_line(call);
        trace = llm::parse_trace(lines, "trace");
    }

    SimulatedRunOptions replay(const RankOptions& rank, bool only_asks) const {
        SimulatedRunOptions options = asking_run(rank, {}, only_asks);
        options.make_model = [this](int) {
            return std::make_unique<llm::TracePlayer>(llm::CallOptions{}, std::vector<std::string>{"script"}, trace);
        };
        return options;
    }
};

RankOptions deterministic_rank(std::uint64_t evaluations) {
    RankOptions rank = asking_rank(evaluations);
    rank.deterministic = true;
    return rank;
}

TEST(Questions, ATraceReplaysToTheSameRecordsOnAnyRankCount) {
    for (const bool only_asks : {false, true}) {
        const RankOptions rank = deterministic_rank(403);
        const Recorded recorded(rank, only_asks);
        ASSERT_GT(recorded.trace.size(), 100U);
        for (const int ranks : {1, 2, 3, 4}) {
            Journals replayed;
            run_incarnation(recorded.replay(rank, only_asks), ranks, 7, from_seconds(100'000), replayed);
            EXPECT_EQ(replayed.content(), recorded.journals.content()) << ranks << " ranks, only asks " << only_asks;
        }
    }
}

TEST(Questions, AReplayCutOffAnywhereAndResumedEndsTheSame) {
    for (const bool only_asks : {false, true}) {
        const RankOptions rank = deterministic_rank(403);
        const Recorded recorded(rank, only_asks);
        RandomStream random(12, 0, 0, 0, StreamPurpose::test);
        int interruptions = 0;
        for (std::uint64_t round = 0; round < 10; ++round) {
            Journals journals;
            for (std::uint64_t life = 0; life < 1000; ++life) {
                const auto deadline = static_cast<Nanoseconds>(random.below(400'000'000));
                const int ranks = 1 + static_cast<int>(random.below(4));
                if (run_incarnation(recorded.replay(rank, only_asks), ranks, 100 * round + life, deadline, journals) ==
                    transport::RunOutcome::finished)
                    break;
                ++interruptions;
            }
            EXPECT_EQ(journals.content(), recorded.journals.content()) << "round " << round;
        }
        EXPECT_GE(interruptions, 20);
    }
}

TEST(Questions, WhatATraceLacksIsInfrastructureAndTraceMiss) {
    const RankOptions rank = deterministic_rank(120);
    Recorded recorded(rank, false);
    recorded.trace.erase(recorded.trace.begin(), recorded.trace.begin() + 5);
    Journals replayed;
    run_incarnation(recorded.replay(rank, false), 2, 1, from_seconds(100'000), replayed);
    std::size_t missed = 0;
    for (const EvaluationRecord& record : replayed.contents().evaluations) {
        if (record.verdict.kind != VerdictKind::infrastructure) continue;
        EXPECT_EQ(record.verdict.reason, "trace_miss");
        ++missed;
    }
    EXPECT_GE(missed, 5U);
    EXPECT_EQ(replayed.evaluations(), 120U);
}

}  // namespace
}  // namespace atl::engine::testing
