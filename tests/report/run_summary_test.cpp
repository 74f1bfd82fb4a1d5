// SPDX-License-Identifier: Apache-2.0
// Summaries of runs made by hand.
#include "atoll/report/run_summary.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "report/example_run.hpp"

namespace atl::report {
namespace {

using test::evaluation;
using test::failed;
using test::two_islands;
using test::two_islands_facts;

const OperatorSummary& named(const RunSummary& summary, const std::string& name) {
    const auto found = std::find_if(summary.operators.begin(), summary.operators.end(),
                                    [&](const OperatorSummary& one) { return one.name == name; });
    EXPECT_NE(found, summary.operators.end()) << name;
    return *found;
}

TEST(RunSummary, finds_the_best_of_the_run_and_of_each_island) {
    const RunSummary summary = summarize(two_islands(), two_islands_facts());
    EXPECT_EQ(summary.evaluations, 6U);
    EXPECT_EQ(summary.ok, 5U);
    ASSERT_TRUE(summary.best);
    EXPECT_EQ(summary.best->key, (EvaluationKey{1, 2, 0, 0}));
    EXPECT_EQ(summary.best->proven, 2.0);
    ASSERT_EQ(summary.islands.size(), 2U);
    EXPECT_EQ(summary.islands[0].best->proven, 1.5);
    EXPECT_EQ(summary.islands[0].improvements, 2U);
    EXPECT_EQ(summary.islands[1].best->proven, 2.0);
    EXPECT_EQ(summary.islands[1].improvements, 2U);  // 1.4 came after the elite of 1.5
}

TEST(RunSummary, an_operator_gains_only_what_moved_its_island_beyond_received_elites) {
    const RunSummary summary = summarize(two_islands(), two_islands_facts());
    ASSERT_EQ(summary.operators.size(), 2U);
    EXPECT_EQ(summary.operators[0].name, "polish");
    const OperatorSummary& polish = named(summary, "polish");
    EXPECT_DOUBLE_EQ(polish.gain, 0.5 + 0.5);  // 1.0 -> 1.5, and 1.5 (received) -> 2.0
    EXPECT_EQ(polish.improvements, 2U);
    EXPECT_EQ(polish.objective_calls, 20U);
    EXPECT_DOUBLE_EQ(polish.gain_per_million_calls(), 50000.0);
    const OperatorSummary& random = named(summary, "random");
    EXPECT_EQ(random.gain, 0.0);  // first ones gain nothing
    EXPECT_EQ(random.improvements, 2U);
    EXPECT_EQ(random.evaluations, 4U);
    EXPECT_EQ(random.ok, 3U);
    EXPECT_DOUBLE_EQ(random.wall_seconds, 2.0);
}

TEST(RunSummary, the_order_of_records_does_not_matter) {
    journal::RunContents contents = two_islands();
    std::reverse(contents.evaluations.begin(), contents.evaluations.end());
    const RunSummary summary = summarize(contents, two_islands_facts());
    EXPECT_DOUBLE_EQ(named(summary, "polish").gain, 1.0);
    EXPECT_EQ(summary.best->key, (EvaluationKey{1, 2, 0, 0}));
}

TEST(RunSummary, a_migrant_improves_its_receiver_only_when_it_is_better_than_all_before) {
    journal::RunContents contents = two_islands();
    contents.migrations.push_back({2, 0, 1, 3, {0, 0, 0, 0}, 9});    // 1.0 by then is nothing
    contents.migrations.push_back({2, 1, 0, 3, {1, 9, 9, 0}, 9.5});  // its evaluation was cut off
    const RunSummary summary = summarize(contents, two_islands_facts());
    ASSERT_EQ(summary.migrations.size(), 2U);
    EXPECT_EQ(summary.migrations[0].from_island, 0U);
    EXPECT_EQ(summary.migrations[0].migrants, 2U);
    EXPECT_EQ(summary.migrations[0].improved, 1U);
    EXPECT_EQ(summary.migrations[0].unknown, 0U);
    EXPECT_EQ(summary.migrations[1].unknown, 1U);
    EXPECT_EQ(summary.migrations[1].improved, 0U);
}

TEST(RunSummary, verdicts_are_counted_by_reason_with_the_first_example) {
    journal::RunContents contents = two_islands();
    const Verdict overlap{VerdictKind::wrong, "circles_overlap", "circles 1 and 2 overlap"};
    contents.evaluations.push_back(failed({0, 0, 1, 0}, "random", overlap, 9));
    contents.evaluations.push_back(failed({0, 5, 0, 0}, "random", {VerdictKind::wrong, "not_finite", "x is nan"}, 9));
    const RunSummary summary = summarize(contents, two_islands_facts());
    ASSERT_EQ(summary.verdicts.size(), 3U);
    EXPECT_EQ(summary.verdicts[0].kind, VerdictKind::ok);
    EXPECT_EQ(summary.verdicts[1].reason, "circles_overlap");
    EXPECT_EQ(summary.verdicts[1].evaluations, 2U);
    EXPECT_EQ(summary.verdicts[1].example, "circles 1 and 2 overlap");
    EXPECT_EQ(summary.verdicts[1].example_key, (EvaluationKey{0, 0, 1, 0}));
    EXPECT_EQ(summary.verdicts[2].reason, "not_finite");
}

TEST(RunSummary, minimising_takes_the_upper_end) {
    RunFacts facts = two_islands_facts();
    facts.direction = Direction::minimize;
    facts.target = 1.1;
    const RunSummary summary = summarize(two_islands(), facts);
    EXPECT_EQ(summary.best->proven, 1.0);
    EXPECT_TRUE(summary.target_reached);
    EXPECT_EQ(*summary.seconds_to_target, 1.0);
    EXPECT_EQ(*summary.evaluations_to_target, 1U);
}

TEST(RunSummary, the_target_counts_evaluations_in_the_order_of_time) {
    RunFacts facts = two_islands_facts();
    facts.target = 1.5;
    const RunSummary summary = summarize(two_islands(), facts);
    EXPECT_EQ(*summary.seconds_to_target, 3.0);
    EXPECT_EQ(*summary.evaluations_to_target, 4U);
    facts.target = 2.1;  // inside the interval of the best, but not proven
    EXPECT_FALSE(summarize(two_islands(), facts).target_reached);
}

TEST(RunSummary, equal_scores_are_told_apart_by_the_smaller_key) {
    journal::RunContents contents;
    contents.evaluations = {evaluation({3, 0, 0, 0}, "a", 1, 1, 1), evaluation({2, 0, 0, 0}, "b", 1, 1, 2)};
    EXPECT_EQ(summarize(contents, {}).best->key, (EvaluationKey{2, 0, 0, 0}));
    std::swap(contents.evaluations[0].elapsed_seconds, contents.evaluations[1].elapsed_seconds);
    EXPECT_EQ(summarize(contents, {}).best->key, (EvaluationKey{2, 0, 0, 0}));
}

TEST(RunSummary, a_score_without_an_ok_verdict_is_never_the_best) {
    journal::RunContents contents;
    contents.evaluations = {evaluation({0, 0, 0, 0}, "a", 1, 1, 1)};
    contents.evaluations[0].verdict = {VerdictKind::cheated, "too_good", ""};
    const RunSummary summary = summarize(contents, two_islands_facts());
    EXPECT_FALSE(summary.best);
    EXPECT_EQ(summary.ok, 0U);
}

TEST(RunSummary, an_ok_verdict_without_a_score_is_counted_but_never_the_best) {
    journal::RunContents contents;
    contents.evaluations = {evaluation({0, 0, 0, 0}, "a", test::not_a_number, test::not_a_number, 1)};
    const RunSummary summary = summarize(contents, two_islands_facts());
    EXPECT_FALSE(summary.best);
    EXPECT_EQ(summary.ok, 1U);
    EXPECT_EQ(summary.islands[0].improvements, 0U);
    EXPECT_FALSE(summary.new_best);
}

TEST(RunSummary, of_an_empty_run_lists_the_islands_of_the_job_and_no_rates) {
    const RunSummary summary = summarize({}, two_islands_facts());
    EXPECT_EQ(summary.evaluations, 0U);
    EXPECT_FALSE(summary.best);
    EXPECT_EQ(summary.islands.size(), 2U);
    EXPECT_TRUE(summary.operators.empty());
    EXPECT_TRUE(std::isnan(summary.time.evaluations_per_second));
    EXPECT_EQ(summary.comparisons.size(), 3U);
}

TEST(RunSummary, adds_up_time_calls_and_cache_hits_up_to_the_last_event) {
    const RunSummary summary = summarize(two_islands(), two_islands_facts());
    EXPECT_EQ(summary.time.elapsed_seconds, 10.0);
    EXPECT_DOUBLE_EQ(summary.time.evaluations_per_second, 0.6);
    EXPECT_EQ(summary.time.objective_calls, 60U);
    EXPECT_EQ(summary.time.cache_hits, 1U);
    EXPECT_DOUBLE_EQ(summary.time.wall_seconds, 3.0);
    EXPECT_DOUBLE_EQ(summary.time.cpu_seconds, 1.5);
}

TEST(RunSummary, times_that_are_not_numbers_do_not_spoil_the_totals) {
    journal::RunContents contents = two_islands();
    contents.evaluations[2].elapsed_seconds = test::not_a_number;
    contents.events.push_back({"odd", "", test::not_a_number});
    const RunSummary summary = summarize(contents, two_islands_facts());
    EXPECT_EQ(summary.time.elapsed_seconds, 10.0);
    EXPECT_EQ(summary.evaluations, 6U);
}

TEST(RunSummary, events_of_all_ranks_are_in_the_order_of_time) {
    journal::RunContents contents = two_islands();
    contents.events.push_back({"late to the list", "", 5});
    const RunSummary summary = summarize(contents, two_islands_facts());
    ASSERT_EQ(summary.events.size(), 3U);
    EXPECT_EQ(summary.events[1].name, "late to the list");
}

TEST(RunSummary, origins_are_counted_apart) {
    journal::RunContents contents = two_islands();
    contents.evaluations[0].origin = Origin::replayed;
    const RunSummary summary = summarize(contents, two_islands_facts());
    ASSERT_EQ(summary.origins.size(), 2U);
    EXPECT_EQ(summary.origins[0].evaluations, 5U);
    EXPECT_EQ(summary.origins[1].origin, Origin::replayed);
}

TEST(RunSummary, torn_tails_and_damage_become_notes) {
    journal::RunContents contents = two_islands();
    contents.torn_tails.push_back({"a.atj", 10, 5, "a.atj: 5 bytes at 10 are the start of a frame"});
    contents.damages.push_back({"b.atj", 0, 8, "b.atj: checksum of the frame at 0"});
    const RunSummary summary = summarize(contents, two_islands_facts());
    ASSERT_EQ(summary.notes.size(), 2U);
    EXPECT_EQ(summary.notes[0], "unfinished end: a.atj: 5 bytes at 10 are the start of a frame");
    EXPECT_EQ(summary.notes[1].substr(0, 8), "damage: ");
}

}  // namespace
}  // namespace atl::report
