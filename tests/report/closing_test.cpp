// SPDX-License-Identifier: Apache-2.0
// The last words of a run claim what is proven and no more.
#include "atoll/report/closing.hpp"

#include <gtest/gtest.h>

#include "report/example_run.hpp"

namespace atl::report {
namespace {

Closing circles() {
    Closing closing;
    closing.facts.problem = "circles_26";
    closing.facts.target = 2.63598308;
    closing.facts.directory = "runs/one";
    closing.facts.best_known = problems::PublishedValue{"exact witness", 2.635983084917301, true, ""};
    closing.facts.published = {{"FM Agent", 2.6359740012, false, ""}, {"AlphaEvolve", 2.6358627564136983, true, ""}};
    closing.reason = engine::StopReason::target_reached;
    closing.best = {2.6359830849, 2.635983084901};
    closing.key = EvaluationKey{3, 12, 1, 0};
    closing.operator_name = "polish";
    closing.best_seconds = 38.2;
    closing.evaluations = 12345;
    closing.elapsed_seconds = 38.4;
    closing.archive = "runs/one/archive.h5";
    closing.picture = "runs/one/solution.svg";
    return closing;
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

TEST(Closing, says_value_rivals_reason_effort_and_places) {
    const std::string text = closing_summary(circles());
    for (const char* part : {"circles_26: target 2.63598308 is proven after 38.4 s", "[2.6359830849, 2.635983084901]",
                             "beats FM Agent and AlphaEvolve", "2.635983084917301", "2.6359740012",
                             "2.6358627564136983", "12,345 in 38.4 s", "after 38.2 s by polish, evaluation 3/12/1/0",
                             "runs/one/archive.h5", "runs/one/solution.svg", "atoll report runs/one"}) {
        EXPECT_TRUE(contains(text, part)) << part << "\n" << text;
    }
    EXPECT_FALSE(contains(text, "new best")) << text;
}

TEST(Closing, says_new_best_only_above_the_best_known) {
    Closing closing = circles();
    closing.best = {2.635983084917301, 2.7};
    EXPECT_FALSE(contains(closing_summary(closing), "new best"));
    closing.best = {2.63598309, 2.7};
    EXPECT_TRUE(contains(closing_summary(closing), "new best"));
}

TEST(Closing, claims_nothing_where_nobody_is_beaten) {
    Closing closing = circles();
    closing.best = {2.5, 2.5};
    closing.reason = engine::StopReason::time_limit;
    closing.limit_seconds = 180;
    closing.elapsed_seconds = 180.2;
    const std::string text = closing_summary(closing);
    EXPECT_TRUE(contains(text, "circles_26: time limit of 3 min 00 s reached after 3 min 00 s")) << text;
    EXPECT_FALSE(contains(text, "beats")) << text;
    EXPECT_TRUE(contains(text, "not reached, 0.14 away")) << text;
}

TEST(Closing, without_a_valid_candidate_claims_nothing_and_prints_no_nan) {
    Closing closing = circles();
    closing.best = {};
    closing.key.reset();
    const std::string text = closing_summary(closing);
    EXPECT_TRUE(contains(text, "no candidate was valid")) << text;
    EXPECT_FALSE(contains(text, "beats")) << text;
    EXPECT_FALSE(contains(text, "nan")) << text;
}

TEST(Closing, of_a_stopped_run_names_the_cause) {
    Closing closing = circles();
    closing.reason = engine::StopReason::signal;
    closing.reason_text = "SIGTERM";
    EXPECT_TRUE(contains(closing_summary(closing), "stopped early: SIGTERM, after 38.4 s"));
    EXPECT_TRUE(contains(closing_summary(closing), "atoll resume runs/one\n"));
    closing.reason = engine::StopReason::evaluations_exhausted;
    EXPECT_TRUE(contains(closing_summary(closing), "all evaluations of the job used up after 38.4 s"));
}

TEST(Closing, names_the_limit_to_raise_and_no_way_on_from_a_reached_target) {
    Closing closing = circles();
    EXPECT_FALSE(contains(closing_summary(closing), "resume"));
    closing.reason = engine::StopReason::time_limit;
    EXPECT_TRUE(contains(closing_summary(closing), "atoll resume runs/one --limits-seconds MORE"));
    closing.reason = engine::StopReason::evaluations_exhausted;
    EXPECT_TRUE(contains(closing_summary(closing), "atoll resume runs/one --limits-evaluations MORE"));
}

TEST(Closing, of_a_problem_without_published_values_has_no_table) {
    Closing closing;
    closing.facts.problem = "noop";
    closing.evaluations = 5;
    closing.best = {0, 0};
    EXPECT_FALSE(contains(closing_summary(closing), "strictly verified"));
}

}  // namespace
}  // namespace atl::report
