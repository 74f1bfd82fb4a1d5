// SPDX-License-Identifier: Apache-2.0
// A restored island gets its snapshot, then what came after it, and the engine goes on at the next step.
#include "atoll/engine/restore.hpp"

#include <gtest/gtest.h>

namespace atl::engine {
namespace {

/// Writes down what it is told.
class RecordingIsland final : public Island {
public:
    Proposal propose(std::uint64_t, std::uint32_t, bool) override { return {}; }
    void commit(const EvaluationRecord&) override {}
    void acknowledged(const EvaluationKey&) override {}
    std::vector<Migrant> emigrants(std::uint64_t) override { return {}; }
    void immigrate(const Migrant& migrant) override { told.push_back("migrant " + to_string(migrant.record.key)); }
    std::string snapshot() const override { return {}; }
    void restore(const std::string& snapshot, const CandidateBytes& /*bytes_of*/) override {
        told.push_back("restore " + snapshot);
    }
    void replay(const EvaluationRecord& record) override { told.push_back("replay " + to_string(record.key)); }

    std::vector<std::string> told;
};

EvaluationRecord record(EvaluationKey key, double score, VerdictKind kind = VerdictKind::ok) {
    EvaluationRecord made;
    made.key = key;
    made.score = {score, score};
    made.verdict.kind = kind;
    made.elapsed_seconds = score;
    return made;
}

TEST(Restore, ReplaysOnlyWhatTheSnapshotDoesNotHold) {
    journal::RunContents contents;
    for (std::uint64_t step = 0; step < 4; ++step)
        contents.evaluations.push_back(record({1, step, 0, 0}, static_cast<double>(step)));
    contents.evaluations.push_back(record({2, 0, 0, 0}, 9));
    contents.snapshots.push_back({1, 2, "state"});
    contents.after_snapshot[1] = {EvaluationKey{1, 3, 0, 0}, MigrationRecord{1, 2, 1, 3, {2, 0, 0, 0}, 0},
                                  EvaluationKey{1, 2, 0, 0}};
    RecordingIsland island;
    const auto progress = restore_island(island, 1, contents, Direction::maximize);
    EXPECT_EQ(island.told,
              (std::vector<std::string>{"restore state", "replay 1/3/0/0", "migrant 2/0/0/0", "replay 1/2/0/0"}));
    EXPECT_EQ(progress.next_step, 4U);
    EXPECT_EQ(progress.evaluations, 4U);
    EXPECT_EQ(progress.known.size(), 4U);
    EXPECT_EQ(progress.best.lower, 3);
    EXPECT_EQ(progress.best_key, (EvaluationKey{1, 3, 0, 0}));
}

TEST(Restore, RetriesOfOneSlotCountOnceAndAreNotReplayed) {
    journal::RunContents contents;
    contents.evaluations.push_back(record({0, 0, 0, 0}, 5, VerdictKind::infrastructure));
    contents.evaluations.push_back(record({0, 0, 0, 1}, 1));
    contents.after_snapshot[0] = {EvaluationKey{0, 0, 0, 0}, EvaluationKey{0, 0, 0, 1}};
    RecordingIsland island;
    const auto progress = restore_island(island, 0, contents, Direction::maximize);
    EXPECT_EQ(progress.evaluations, 1U);
    EXPECT_EQ(progress.best.lower, 1);
    EXPECT_EQ(island.told, (std::vector<std::string>{"restore ", "replay 0/0/0/1"}));
}

TEST(Restore, MigrantWhoseRecordWasCutOffIsLeftOut) {
    journal::RunContents contents;
    contents.after_snapshot[1] = {MigrationRecord{0, 2, 1, 1, {2, 7, 0, 0}, 0}};
    RecordingIsland island;
    restore_island(island, 1, contents, Direction::maximize);
    EXPECT_EQ(island.told, (std::vector<std::string>{"restore "}));
}

TEST(Restore, StepsWhoseSlotsWereAllDroppedAreNotHandedOutAgain) {
    journal::RunContents contents;
    contents.evaluations.push_back(record({0, 4, 0, 0}, 1));
    contents.snapshots.push_back({0, 7, "state"});
    RecordingIsland island;
    EXPECT_EQ(restore_island(island, 0, contents, Direction::maximize).next_step, 7U);
}

TEST(Restore, CommonStepIsTheLatestThatAllIslandsHaveASnapshotOf) {
    journal::RunContents contents;
    contents.snapshots = {{0, 10, ""}, {0, 20, ""}, {1, 10, ""}, {2, 10, ""}, {2, 20, ""}};
    EXPECT_EQ(common_step(contents, 3), 10U);
    contents.snapshots.push_back({1, 20, ""});
    EXPECT_EQ(common_step(contents, 3), 20U);
    EXPECT_EQ(common_step(contents, 4), 0U) << "island 3 has none";
    contents.snapshots = {{0, 20, ""}, {1, 10, ""}};
    EXPECT_EQ(common_step(contents, 2), 0U) << "island 0's was damaged";
}

TEST(Restore, RecordsFromTheCommonStepOnAreHandedToTheEngine) {
    journal::RunContents contents;
    for (std::uint64_t step = 0; step < 4; ++step)
        contents.evaluations.push_back(record({1, step, 0, 0}, static_cast<double>(step)));
    contents.snapshots = {{1, 2, "two"}, {1, 4, "four"}};
    RecordingIsland island;
    const auto progress = restore_island_at(island, 1, contents, Direction::maximize, 2, 1);
    EXPECT_EQ(island.told, (std::vector<std::string>{"restore two"}));
    EXPECT_EQ(progress.next_step, 2U);
    EXPECT_EQ(progress.evaluations, 2U);
    EXPECT_EQ(progress.best.lower, 1);
    EXPECT_EQ(progress.known.size(), 2U);
    ASSERT_EQ(progress.recorded.size(), 2U);
    EXPECT_EQ(progress.recorded[0].key, (EvaluationKey{1, 2, 0, 0}));
}

LlmCallRecord call(const EvaluationKey& key, const std::string& request) {
    LlmCallRecord made;
    made.key = key;
    made.request_sha256 = sha256(request);
    return made;
}

TEST(Restore, EachEvaluationsQuestionCountsOnceAndOnlyBeforeTheStart) {
    journal::RunContents contents;
    contents.evaluations = {record({1, 0, 0, 0}, 1), record({1, 2, 0, 0}, 1)};
    // The second evaluation's question was asked again after an interruption; the same words in two slots are two.
    contents.llm_calls = {call({0, 0, 0, 0}, "of island 0"), call({1, 0, 0, 0}, "a"),          call({1, 1, 0, 0}, "b"),
                          call({1, 1, 0, 0}, "b"),           call({1, 1, 1, 0}, "b"),          call({1, 2, 0, 0}, "c"),
                          call({1, 3, 0, 0}, "d"),           call({2, 0, 0, 0}, "of island 2")};
    RecordingIsland island;
    EXPECT_EQ(restore_island(island, 1, contents, Direction::maximize).asked,
              (std::vector<Sha256>{sha256("a"), sha256("b"), sha256("b"), sha256("c")}));
    contents.snapshots = {{1, 1, "one"}};
    EXPECT_EQ(restore_island_at(island, 1, contents, Direction::maximize, 1, 2).asked,
              (std::vector<Sha256>{sha256("a")}));
    EXPECT_TRUE(restore_island_at(island, 1, contents, Direction::maximize, 0, 2).asked.empty());
}

TEST(Restore, ElapsedIsTheLatestOfAnyRecord) {
    journal::RunContents contents;
    contents.evaluations.push_back(record({0, 0, 0, 0}, 5));
    contents.events.push_back({"stopped", "signal", 7.5});
    EXPECT_EQ(elapsed_seconds(contents), 7.5);
    contents.llm_calls.push_back(call({0, 1, 0, 0}, "a"));
    contents.llm_calls[0].elapsed_seconds = 8;
    EXPECT_EQ(elapsed_seconds(contents), 8);
    EXPECT_EQ(elapsed_seconds({}), 0);
}

}  // namespace
}  // namespace atl::engine
