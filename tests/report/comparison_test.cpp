// SPDX-License-Identifier: Apache-2.0
// What may be claimed beside published values.
#include "atoll/report/comparison.hpp"

#include <gtest/gtest.h>

#include "report/example_run.hpp"

namespace atl::report {
namespace {

using test::two_islands_facts;

TEST(Comparison, lists_the_best_known_first_and_the_others_best_first) {
    const auto rows = compare(Score{1.9, 2.0}, two_islands_facts());
    ASSERT_EQ(rows.size(), 3U);
    EXPECT_TRUE(rows[0].best_known);
    EXPECT_EQ(rows[1].published.who, "FM Agent");
    EXPECT_EQ(rows[2].published.who, "AlphaEvolve");
    EXPECT_EQ(outcome(rows[0]), "not reached, 0.6 away");
    EXPECT_EQ(outcome(rows[1]), "equalled");
    EXPECT_EQ(outcome(rows[2]), "beaten by 0.15");
    EXPECT_DOUBLE_EQ(rows[2].gain, 0.15);
}

TEST(Comparison, only_the_proven_end_counts_in_either_direction) {
    RunFacts facts = two_islands_facts();
    EXPECT_EQ(beaten_names(compare(Score{1.8, 99}, facts)), "AlphaEvolve");
    facts.direction = Direction::minimize;
    EXPECT_EQ(beaten_names(compare(Score{-99, 1.8}, facts)), "FM Agent");
    EXPECT_EQ(beaten_names(compare(Score{1.0, 1.0}, facts)), "AlphaEvolve and FM Agent");
}

TEST(Comparison, names_are_joined_like_a_sentence_and_once_each) {
    RunFacts facts;
    EXPECT_EQ(beaten_names(compare(Score{9, 9}, facts)), "");
    facts.published = {{"A", 3, true, ""}, {"B", 2, true, ""}, {"C", 1, true, ""}, {"A", 0, true, "earlier"}};
    EXPECT_EQ(beaten_names(compare(Score{9, 9}, facts)), "A, B and C");
}

TEST(Comparison, a_new_best_needs_the_proven_end_strictly_above_the_best_known) {
    const RunFacts facts = two_islands_facts();
    EXPECT_FALSE(is_new_best(Score{2.5, 2.6}, facts));
    EXPECT_FALSE(is_new_best(Score{2.4, 2.6}, facts));
    EXPECT_FALSE(is_new_best(Score{}, facts));
    EXPECT_TRUE(is_new_best(Score{2.5000001, 2.6}, facts));
    EXPECT_FALSE(is_new_best(Score{2.5 + 3e-13, 2.6}, facts)) << "the same configuration, rounded otherwise";
    RunFacts unknown = facts;
    unknown.best_known.reset();
    EXPECT_FALSE(is_new_best(Score{9, 9}, unknown));
}

TEST(Comparison, last_digits_of_the_same_optimum_are_no_discovery) {
    const RunFacts facts = two_islands_facts();
    const Score tighter{2.5 + 4e-13, 2.5 + 5e-13};
    EXPECT_FALSE(is_new_best(tighter, facts));
    EXPECT_EQ(claim(tighter, facts),
              "beats FM Agent and AlphaEvolve; matches the best strictly verified value known to within 4e-13");
    EXPECT_EQ(outcome(compare(tighter, facts)[0]), "matched to within 4e-13");
    EXPECT_EQ(outcome(compare(Score{2.5 - 4e-13, 3}, facts)[0]), "matched to within 4e-13");
    EXPECT_EQ(outcome(compare(Score{2.5, 2.5}, facts)[0]), "equalled");
    EXPECT_EQ(claim(Score{2.5, 2.5}, facts),
              "beats FM Agent and AlphaEvolve; matches the best strictly verified value known");
    EXPECT_EQ(claim(Score{2.5001, 2.6}, facts),
              "beats FM Agent and AlphaEvolve; new best: proven better than the best strictly verified value known");
}

TEST(Comparison, nothing_is_claimed_without_a_reason) {
    EXPECT_EQ(claim(Score{1, 9}, two_islands_facts()), "");
    EXPECT_EQ(claim(Score{}, two_islands_facts()), "");
    EXPECT_EQ(claim(Score{1, 1}, RunFacts{}), "");
}

TEST(Comparison, the_best_known_is_no_one_to_be_beaten_by_name) {
    EXPECT_EQ(beaten_names(compare(Score{3, 3}, two_islands_facts())), "FM Agent and AlphaEvolve");
}

TEST(Comparison, without_a_score_nothing_is_reached) {
    for (const Comparison& row : compare(Score{}, two_islands_facts())) {
        EXPECT_FALSE(row.reached);
        EXPECT_FALSE(row.beaten);
        EXPECT_EQ(outcome(row), "-");
    }
}

TEST(Comparison, the_best_known_is_not_listed_twice) {
    RunFacts facts = two_islands_facts();
    facts.published.push_back(*facts.best_known);
    EXPECT_EQ(compare(Score{1, 1}, facts).size(), 3U);
}

TEST(Comparison, values_measured_on_other_instances_are_shown_and_never_beaten) {
    RunFacts facts;
    facts.direction = Direction::minimize;
    facts.published = {{"Other", 0.5, false, "paper", "family_excess", true}};
    const auto rows = compare(Score{0.1, 0.1}, facts, {{"family_excess", 0.25, "1"}});
    ASSERT_EQ(rows.size(), 1U);
    EXPECT_FALSE(rows[0].reached);
    EXPECT_FALSE(rows[0].beaten);
    EXPECT_EQ(outcome(rows[0]), "0.25 on other instances");
    EXPECT_EQ(outcome(compare(Score{0.1, 0.1}, facts)[0]), "other instances");
    EXPECT_EQ(claim(Score{0.1, 0.1}, facts), "");
}

}  // namespace
}  // namespace atl::report
