// SPDX-License-Identifier: Apache-2.0
// The report as text and JSON.
#include "atoll/report/run_report.hpp"

#include <gtest/gtest.h>

#include <sstream>

#include "report/example_run.hpp"

namespace atl::report {
namespace {

using test::two_islands;
using test::two_islands_facts;

std::string printed(const journal::RunContents& contents, const RunFacts& facts) {
    std::ostringstream out;
    print(summarize(contents, facts), out);
    return out.str();
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

TEST(RunReport, prints_every_section_with_its_numbers) {
    RunFacts facts = two_islands_facts();
    facts.target = 1.5;
    facts.state = "time limit";
    const std::string text = printed(two_islands(), facts);
    for (const char* part :
         {"toy (maximize)", "time limit", "measured (6)", "[2, 2.125]", "1/2/0/0 (island/step/slot/attempt)",
          "1.5 proven after 3.00 s and 4 evaluations", "FM Agent", "beaten by 0.1", "Sources (best known)",
          "not reached, 0.5 away", "circles_overlap", "1/0/1/0: circles 3 and 7 overlap by 1e-9", "gain per 1e6 calls",
          "migrations", "0.6 a second; 1 answered from history", "started"}) {
        EXPECT_TRUE(contains(text, part)) << part << "\n" << text;
    }
}

TEST(RunReport, says_new_best_only_when_the_best_known_is_beaten) {
    RunFacts facts = two_islands_facts();
    EXPECT_FALSE(contains(printed(two_islands(), facts), "new best"));
    facts.best_known->value = 1.99;
    EXPECT_TRUE(contains(printed(two_islands(), facts), "new best"));
}

TEST(RunReport, of_an_empty_run_is_complete_and_holds_no_nan) {
    for (const RunFacts& facts : {two_islands_facts(), RunFacts{}}) {
        const std::string text = printed({}, facts);
        EXPECT_TRUE(contains(text, "no candidate with a valid score")) << text;
        EXPECT_FALSE(contains(text, "nan")) << text;
        EXPECT_TRUE(contains(text, "(none)")) << text;
    }
}

TEST(RunReport, warns_where_origins_are_mixed) {
    journal::RunContents contents = two_islands();
    EXPECT_FALSE(contains(printed(contents, two_islands_facts()), "different origins"));
    contents.evaluations[0].origin = Origin::replayed;
    EXPECT_TRUE(contains(printed(contents, two_islands_facts()), "different origins"));
}

TEST(RunReport, long_tables_say_how_much_they_left_out) {
    journal::RunContents contents;
    for (std::uint32_t island = 0; island < 100; ++island) {
        contents.evaluations.push_back(test::evaluation({island, 0, 0, 0}, "random", island, island, 1));
    }
    EXPECT_TRUE(contains(printed(contents, {}), "... and 36 more rows (--json has all)"));
}

TEST(RunReport, json_holds_the_same_numbers_and_null_for_what_is_not_there) {
    RunFacts facts = two_islands_facts();
    facts.target = 9;
    const Json json = to_json(summarize(two_islands(), facts));
    const Json back = parse_json(json.dump(), "report");
    EXPECT_EQ(back["best"]["key"].as_string(), "1/2/0/0");
    EXPECT_EQ(back["best"]["lower"].as_double(), 2.0);
    EXPECT_EQ(back["best"]["upper"].as_double(), 2.125);
    EXPECT_EQ(back["run"]["evaluations"].as_integer(), 6);
    EXPECT_EQ(back["run"]["seed"].as_integer(), 7);
    EXPECT_FALSE(back["run"]["target_reached"].as_bool());
    EXPECT_TRUE(back["run"]["seconds_to_target"].is_null());
    EXPECT_TRUE(back["run"]["commit"].is_null());
    EXPECT_EQ(back["islands"].as_array().size(), 2U);
    EXPECT_EQ(back["comparisons"].as_array()[0]["best_known"].as_bool(), true);
    EXPECT_EQ(back["operators"].as_array()[0]["operator"].as_string(), "polish");
    EXPECT_EQ(back["migrations"].as_array()[0]["improved"].as_integer(), 1);
    EXPECT_EQ(back["time"]["cache_hits"].as_integer(), 1);
    EXPECT_EQ(back["events"].as_array().size(), 2U);
}

TEST(RunReport, json_of_an_empty_run_has_null_for_best_and_rates) {
    const Json json = to_json(summarize({}, RunFacts{}));
    EXPECT_TRUE(json["best"].is_null());
    EXPECT_TRUE(parse_json(json.dump(), "report")["time"]["evaluations_per_second"].is_null());
    EXPECT_TRUE(json["run"]["seed"].is_null());
    EXPECT_TRUE(json["islands"].as_array().empty());
}

}  // namespace
}  // namespace atl::report
