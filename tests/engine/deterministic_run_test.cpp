// SPDX-License-Identifier: Apache-2.0
// A deterministic run has the same records on any rank count, whatever order things happen in, wherever it is cut off.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>

#include "atoll/core/random.hpp"
#include "atoll/engine/restore.hpp"
#include "chain_island.hpp"
#include "simulated_run.hpp"

namespace atl::engine::testing {
namespace {

RankOptions deterministic_options(std::uint64_t evaluations) {
    RankOptions options;
    options.deterministic = true;
    options.islands = 8;
    options.batch = 5;
    options.limit_evaluations = evaluations;
    options.migration_interval = 3;
    options.snapshot_interval = 4;
    return options;
}

/// What the journals of a run hold, joined as the reader joins them.
class Journals {
public:
    void add(const std::vector<Record>& segment) {
        for (const Record& record : segment) std::visit([this](const auto& each) { take(each); }, record);
    }
    journal::RunContents contents() const {
        journal::RunContents joined;
        for (const auto& [key, record] : evaluations_) joined.evaluations.push_back(record);
        for (const auto& [island, by_step] : snapshots_) {
            const auto kept = std::min<std::size_t>(by_step.size(), 2);
            for (auto last = std::prev(by_step.end(), static_cast<std::ptrdiff_t>(kept)); last != by_step.end(); ++last)
                joined.snapshots.push_back(last->second);
        }
        return joined;
    }
    /// All that the content hash covers.
    std::string content() const {
        std::string text;
        const auto parent = [](const auto& key) { return key ? to_string(*key) : "-"; };
        for (const auto& [key, record] : evaluations_) {
            text += to_string(key) + " " + parent(record.parent_1) + " " + parent(record.parent_2) + " " +
                    to_hex(record.candidate_sha256) + " " + std::to_string(record.score.lower) + "\n";
        }
        for (const std::string& migration : migrations_) text += migration;
        return text;
    }
    std::size_t evaluations() const { return evaluations_.size(); }
    std::size_t recorded_twice() const { return recorded_twice_; }

private:
    void take(const EvaluationRecord& record) {
        if (!evaluations_.emplace(record.key, record).second) ++recorded_twice_;
    }
    void take(const MigrationRecord& record) {
        migrations_.insert(std::to_string(record.epoch) + " " + std::to_string(record.from_island) + ">" +
                           std::to_string(record.to_island) + " at " + std::to_string(record.to_step) + " " +
                           to_string(record.key) + "\n");
    }
    void take(const SnapshotRecord& record) { snapshots_[record.island].insert_or_assign(record.step, record); }
    void take(const EventRecord&) {}

    std::map<EvaluationKey, EvaluationRecord> evaluations_;
    std::set<std::string> migrations_;
    std::map<std::uint32_t, std::map<std::uint64_t, SnapshotRecord>> snapshots_;
    std::size_t recorded_twice_ = 0;
};

/// One incarnation on `ranks` ranks, cut off at `deadline`; what was durable then goes to `journals`.
transport::RunOutcome run_incarnation(const RankOptions& rank, int ranks, std::uint64_t seed, Nanoseconds deadline,
                                      Journals& journals) {
    const journal::RunContents earlier = journals.contents();
    const std::uint64_t step = common_step(earlier, rank.islands);
    SimulatedRunOptions options;
    options.ranks = ranks;
    options.seed = seed;
    options.rank = rank;
    options.make_island = [&](std::uint32_t id) { return std::make_unique<ChainIsland>(id, rank.islands); };
    options.restore = [&](Island& island, std::uint32_t id) {
        return restore_island_at(island, id, earlier, rank.direction, step, rank.batch);
    };
    SimulatedRun run(options);
    const auto outcome = run.run(deadline).outcome;
    for (const auto& journal : run.journals) {
        journals.add(outcome == transport::RunOutcome::finished ? journal->records : journal->durable());
    }
    return outcome;
}

std::string uninterrupted(const RankOptions& rank, int ranks, std::uint64_t seed) {
    Journals journals;
    EXPECT_EQ(run_incarnation(rank, ranks, seed, from_seconds(100'000), journals), transport::RunOutcome::finished);
    return journals.content();
}

TEST(DeterministicRun, RecordsAreTheSameOnAnyRankCountAndInAnyOrderOfEvents) {
    const RankOptions rank = deterministic_options(803);
    const std::string expected = uninterrupted(rank, 1, 1);
    EXPECT_EQ(std::count(expected.begin(), expected.end(), '\n') > 803, true) << "with migrations";
    for (const int ranks : {1, 2, 3, 7, 8}) {
        for (std::uint64_t seed = 1; seed <= 6; ++seed) {
            EXPECT_EQ(uninterrupted(rank, ranks, seed), expected) << ranks << " ranks, seed " << seed;
        }
    }
}

TEST(DeterministicRun, TargetEndsItAtTheSameEpochOnAnyRankCount) {
    RankOptions rank = deterministic_options(0);
    rank.target = 0.998;
    const std::string expected = uninterrupted(rank, 1, 1);
    for (const int ranks : {2, 3, 7}) EXPECT_EQ(uninterrupted(rank, ranks, 5), expected) << ranks << " ranks";
}

TEST(DeterministicRun, WithoutMigrationItIsTheSameToo) {
    RankOptions rank = deterministic_options(430);
    rank.migration_interval = 0;
    const std::string expected = uninterrupted(rank, 1, 1);
    for (const int ranks : {2, 7}) EXPECT_EQ(uninterrupted(rank, ranks, 9), expected);
}

TEST(DeterministicRun, CutOffAnywhereAndResumedOnAnyRankCountItEndsTheSame) {
    const RankOptions rank = deterministic_options(803);
    const std::string expected = uninterrupted(rank, 1, 1);
    RandomStream random(11, 0, 0, 0, StreamPurpose::test);
    const int counts[] = {1, 2, 3, 7, 8};
    int interruptions = 0;
    for (std::uint64_t round = 0; round < 40; ++round) {
        Journals journals;
        for (std::uint64_t life = 0; life < 1000; ++life) {
            const auto deadline = static_cast<Nanoseconds>(random.below(700'000'000));
            const int ranks = counts[random.below(5)];
            if (run_incarnation(rank, ranks, 1000 * round + life, deadline, journals) ==
                transport::RunOutcome::finished)
                break;
            ++interruptions;
        }
        EXPECT_EQ(journals.content(), expected) << "round " << round;
        EXPECT_EQ(journals.recorded_twice(), 0U) << "round " << round;
    }
    EXPECT_GE(interruptions, 200);
}

TEST(DeterministicRun, LargerLimitGoesOnAsIfItHadBeenThereFromTheBeginning) {
    Journals journals;
    run_incarnation(deterministic_options(333), 2, 1, from_seconds(100'000), journals);
    EXPECT_EQ(journals.evaluations(), 333U);
    run_incarnation(deterministic_options(803), 3, 2, from_seconds(100'000), journals);
    EXPECT_EQ(journals.content(), uninterrupted(deterministic_options(803), 1, 1));
}

TEST(DeterministicRun, RecordOfAnotherBuildEndsItWithAFailure) {
    const RankOptions rank = deterministic_options(803);
    Journals journals;
    run_incarnation(rank, 1, 1, 700'000'000, journals);
    journal::RunContents earlier = journals.contents();
    const std::uint64_t step = common_step(earlier, rank.islands);
    ASSERT_FALSE(earlier.evaluations.empty());
    for (EvaluationRecord& record : earlier.evaluations) record.operator_name = "another";
    SimulatedRunOptions options;
    options.ranks = 1;
    options.rank = rank;
    options.make_island = [&](std::uint32_t id) { return std::make_unique<ChainIsland>(id, rank.islands); };
    options.restore = [&](Island& island, std::uint32_t id) {
        return restore_island_at(island, id, earlier, rank.direction, step, rank.batch);
    };
    SimulatedRun run(options);
    EXPECT_EQ(run.run().outcome, transport::RunOutcome::finished);
    EXPECT_EQ(run.ranks[0]->outcome().reason, StopReason::failure);
    EXPECT_NE(run.ranks[0]->outcome().text.find("another"), std::string::npos) << run.ranks[0]->outcome().text;
}

}  // namespace
}  // namespace atl::engine::testing
