// SPDX-License-Identifier: Apache-2.0
// The best candidate and the tables, from a run's contents.
#include "atoll/archive/queries.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <sstream>

#include "archive/tables.hpp"
#include "atoll/core/error.hpp"
#include "journal/sample_records.hpp"

namespace atl::archive {
namespace {

using atl::testing::sample_evaluation;
using atl::testing::sample_info;

EvaluationRecord scored(const EvaluationKey& key, double lower, double upper, double elapsed_seconds) {
    EvaluationRecord record = sample_evaluation(key);
    record.verdict = {};
    record.score = {.lower = lower, .upper = upper};
    record.elapsed_seconds = elapsed_seconds;
    return record;
}

journal::RunContents contents_of(std::vector<EvaluationRecord> evaluations, const std::string& provenance) {
    journal::RunContents contents;
    contents.segments.push_back(sample_info());
    contents.segments[0].provenance_json = provenance;
    contents.evaluations = std::move(evaluations);
    return contents;
}

constexpr const char* maximizing = R"({"problem": "circles_26", "direction": "maximize"})";
constexpr const char* minimizing = R"({"problem": "min_ratio", "direction": "minimize"})";

TEST(Best, HasTheHighestProvenLowerEndWhenMaximizing) {
    EvaluationRecord wrong = scored({0, 0, 9, 0}, 99, 99, 0);
    wrong.verdict.kind = VerdictKind::wrong;
    EvaluationRecord unscored = scored({0, 0, 8, 0}, 0, 0, 0);
    unscored.score = {};
    const auto contents = contents_of({scored({0, 0, 0, 0}, 1, 5, 1), scored({0, 0, 1, 0}, 2, 2.5, 3),
                                       scored({0, 0, 2, 0}, 2, 9, 2), unscored, wrong},
                                      maximizing);
    const Best found = best(contents);
    ASSERT_TRUE(found.found);
    EXPECT_EQ(found.problem, "circles_26");
    EXPECT_EQ(found.direction, Direction::maximize);
    EXPECT_EQ(found.key, (EvaluationKey{0, 0, 1, 0})) << "the smallest key among equals";
    EXPECT_EQ(found.lower, 2);
    EXPECT_EQ(found.upper, 2.5);
    EXPECT_FALSE(found.seconds_to_target);
}

TEST(Best, HasTheLowestProvenUpperEndWhenMinimizing) {
    const auto contents = contents_of({scored({0, 0, 0, 0}, 1, 5, 1), scored({0, 0, 1, 0}, 2, 2.5, 3)}, minimizing);
    EXPECT_EQ(best(contents).key, (EvaluationKey{0, 0, 1, 0}));
}

TEST(Best, WitnessIsTheVector) {
    EvaluationRecord record = scored({0, 0, 0, 0}, 1, 1, 1);
    // 1.0, -2.5 as little-endian binary64
    record.candidate.bytes = std::string("\0\0\0\0\0\0\xf0\x3f\0\0\0\0\0\0\x04\xc0", 16);
    EXPECT_EQ(best(contents_of({record}, maximizing)).witness, (std::vector<double>{1.0, -2.5}));
    record.candidate.genome = "program";
    EXPECT_TRUE(best(contents_of({record}, maximizing)).witness.empty());
}

TEST(Best, TimeToTargetCountsEvaluationsAsTheyFinished) {
    // In the order of time: 0.5, 1, 2 (reaches), 3 (reaches, best).
    const auto contents = contents_of({scored({0, 0, 0, 0}, 7, 7, 3), scored({0, 0, 1, 0}, 1, 9, 1),
                                       scored({0, 0, 2, 0}, 5, 6, 2), scored({0, 0, 3, 0}, 0, 0, 0.5)},
                                      maximizing);
    const Best reached = best(contents, 5.0);
    EXPECT_EQ(reached.seconds_to_target, 2.0);
    EXPECT_EQ(reached.evaluations_to_target, 3U);
    EXPECT_EQ(reached.key, (EvaluationKey{0, 0, 0, 0}));
    const Best missed = best(contents, 7.5);
    EXPECT_TRUE(missed.found);
    EXPECT_FALSE(missed.seconds_to_target);
    EXPECT_FALSE(missed.evaluations_to_target);
}

TEST(Best, OfNothingIsNotFound) {
    EXPECT_FALSE(best(contents_of({}, maximizing)).found);
    EXPECT_FALSE(best(journal::RunContents{}).found);
}

TEST(Subject, FreeTextProvenanceGivesNoProblem) {
    EXPECT_EQ(subject(contents_of({}, "not JSON")).problem, "");
    EXPECT_EQ(subject(contents_of({}, "[1, 2]")).problem, "");
}

TEST(ExportCsv, QuotesAndRoundTrips) {
    EvaluationRecord record = sample_evaluation({1, 2, 3, 0});
    record.score = {.lower = 0.1, .upper = std::numeric_limits<double>::quiet_NaN()};
    record.verdict.text = "says \"no\", twice\nand ends";
    std::ostringstream out;
    export_csv(contents_of({record}, maximizing), "evaluations", out);
    const std::string csv = out.str();
    EXPECT_EQ(csv.substr(0, csv.find("\r\n")),
              "island,step,slot,attempt,parent_1,parent_2,operator,genome,candidate_sha256,stage,instance_set,verdict,"
              "reason,reason_text,score_lower,score_upper,objective_calls,origin,elapsed_seconds,wall_seconds,"
              "cpu_seconds,peak_bytes,rank,usd,cache_hit");
    EXPECT_NE(csv.find("\r\n1,2,3,0,1/1/3/0,2/0/3/1,gaussian+polish,vector,"), std::string::npos) << csv;
    EXPECT_NE(csv.find(",\"says \"\"no\"\", twice\nand ends\",0.1,nan,12345678901,emulated,"), std::string::npos)
        << csv;
}

TEST(ExportCsv, EveryListedTableHasItsRows) {
    journal::RunContents contents =
        contents_of({sample_evaluation({0, 0, 0, 0}), sample_evaluation({0, 0, 1, 0})}, maximizing);
    contents.migrations.resize(3);
    contents.events.resize(4);
    contents.plans.resize(5);
    contents.plan_counts.resize(6);
    std::vector<std::string> names;
    for (const TableSummary& table : list(contents)) {
        names.push_back(table.name);
        std::ostringstream out;
        export_csv(contents, table.name, out);
        const std::string csv = out.str();
        std::uint64_t lines = 0;
        for (std::size_t at = csv.find("\r\n"); at != std::string::npos; at = csv.find("\r\n", at + 1)) ++lines;
        EXPECT_EQ(lines, table.rows + 1) << table.name;
    }
    EXPECT_EQ(names, (std::vector<std::string>{"evaluations", "metrics", "migrations", "llm_calls", "plans",
                                               "plan_counts", "events", "segments"}));
}

TEST(ExportCsv, CallsAreATable) {
    journal::RunContents contents = contents_of({}, maximizing);
    LlmCallRecord call = atl::testing::sample_call({3, 4, 5, 0}, "a reply");
    call.model = "a,b";
    contents.llm_calls = {call};
    std::ostringstream out;
    export_csv(contents, "llm_calls", out);
    const std::string csv = out.str();
    EXPECT_TRUE(csv.starts_with("island,step,slot,model,endpoint,request_sha256,occurrence,reply_sha256,status,"))
        << csv;
    const std::string row = csv.substr(csv.find('\n') + 1);
    EXPECT_TRUE(row.starts_with("3,4,5,\"a,b\",http://localhost:8000/v1," + to_hex(call.request_sha256) +
                                ",1099511627776," + to_hex(sha256("a reply")) +
                                ",ok,cut,12345678901,678,4096,0.1,7,2,3,1,replayed,0.3,"))
        << row;
    EXPECT_EQ(csv.find("a reply"), std::string::npos) << "the text is a blob";
}

TEST(ExportCsv, AnUnknownTableNamesTheOnesThereAre) {
    std::ostringstream out;
    try {
        export_csv(contents_of({}, maximizing), "evaluation", out);
        FAIL();
    } catch (const InputError& error) {
        EXPECT_NE(std::string(error.what()).find("did you mean 'evaluations'"), std::string::npos) << error.what();
        EXPECT_NE(std::string(error.what()).find("migrations"), std::string::npos) << error.what();
    }
}

}  // namespace
}  // namespace atl::archive
