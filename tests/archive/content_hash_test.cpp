// SPDX-License-Identifier: Apache-2.0
// The content hash moves with everything it covers and with nothing else.
#include "atoll/archive/content_hash.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "archive/tables.hpp"
#include "atoll/core/error.hpp"
#include "atoll/journal/writer.hpp"
#include "journal/sample_records.hpp"
#include "journal/temporary_folder.hpp"

namespace atl::archive {
namespace {

using atl::testing::sample_call;
using atl::testing::sample_evaluation;
using atl::testing::sample_info;
using atl::testing::TemporaryFolder;

const std::string job = "seed = 7\n";

journal::RunContents sample_contents() {
    journal::RunContents contents;
    contents.segments.push_back(sample_info());
    contents.evaluations = {sample_evaluation({0, 1, 0, 0}), sample_evaluation({0, 2, 0, 0}),
                            sample_evaluation({1, 2, 3, 0})};
    contents.migrations = {
        {.epoch = 1, .from_island = 0, .to_island = 1, .to_step = 3, .key = {0, 2, 0, 0}, .elapsed_seconds = 4}};
    contents.events = {{.name = "started", .text = "", .elapsed_seconds = 0}};
    return contents;
}

using EvaluationChange = std::function<void(EvaluationRecord&)>;

/// One change for each column of /evaluations.
std::map<std::string, EvaluationChange> evaluation_changes() {
    using R = EvaluationRecord;
    return {
        {"island", [](R& r) { r.key.island += 1; }},
        {"step", [](R& r) { r.key.step += 1; }},
        {"slot", [](R& r) { r.key.slot += 1; }},
        {"attempt", [](R& r) { r.key.attempt += 1; }},
        {"parent_1", [](R& r) { r.parent_1.reset(); }},
        {"parent_2",
         [](R& r) {
             r.parent_2 = EvaluationKey{0, 0, 0, 1};
         }},
        {"operator", [](R& r) { r.operator_name = "crossover"; }},
        {"genome", [](R& r) { r.candidate.genome = "program"; }},
        {"candidate_sha256", [](R& r) { r.candidate_sha256[31] ^= 1U; }},
        {"stage", [](R& r) { r.stage += 1; }},
        {"instance_set", [](R& r) { r.instance_set = "open"; }},
        {"verdict", [](R& r) { r.verdict.kind = VerdictKind::cheated; }},
        {"reason", [](R& r) { r.verdict.reason = "outside_square"; }},
        {"reason_text", [](R& r) { r.verdict.text += " by 1e-9"; }},
        {"score_lower", [](R& r) { r.score.lower = std::nextafter(r.score.lower, 0); }},
        {"score_upper", [](R& r) { r.score.upper = std::nextafter(r.score.upper, 99); }},
        {"objective_calls", [](R& r) { r.objective_calls += 1; }},
        {"origin", [](R& r) { r.origin = Origin::replayed; }},
        {"elapsed_seconds", [](R& r) { r.elapsed_seconds += 1; }},
        {"wall_seconds", [](R& r) { r.wall_seconds += 1; }},
        {"cpu_seconds", [](R& r) { r.cpu_seconds += 1; }},
        {"peak_bytes", [](R& r) { r.peak_bytes += 1; }},
        {"rank", [](R& r) { r.rank += 1; }},
        {"usd", [](R& r) { r.usd += 1; }},
        {"cache_hit", [](R& r) { r.cache_hit = !r.cache_hit; }},
    };
}

TEST(ContentHash, MovesWithEachCoveredColumnAndWithNoOther) {
    const std::set<std::string> covered{"island",   "step",       "slot",   "attempt",     "parent_1",
                                        "parent_2", "operator",   "reason", "score_lower", "candidate_sha256",
                                        "verdict",  "score_upper"};
    const Sha256 before = content_hash(sample_contents(), job);
    std::map<std::string, EvaluationChange> changes = evaluation_changes();
    const auto contents = sample_contents();
    const std::vector<Table> tables = tables_of(contents);
    ASSERT_EQ(tables.front().name, "evaluations");
    for (const Column& column : tables.front().columns) {
        ASSERT_TRUE(changes.contains(column.info.name)) << "a new column: say here whether the hash covers it";
        journal::RunContents changed = sample_contents();
        changes[column.info.name](changed.evaluations[1]);
        EXPECT_EQ(content_hash(changed, job) != before, covered.contains(column.info.name)) << column.info.name;
    }
}

TEST(ContentHash, MovesWithMigrationsButNotWithTheirTime) {
    using R = MigrationRecord;
    const std::map<std::string, std::function<void(R&)>> covered{
        {"epoch", [](R& r) { r.epoch += 1; }},         {"from_island", [](R& r) { r.from_island += 1; }},
        {"to_island", [](R& r) { r.to_island += 1; }}, {"to_step", [](R& r) { r.to_step += 1; }},
        {"key", [](R& r) { r.key.slot += 1; }},
    };
    const Sha256 before = content_hash(sample_contents(), job);
    for (const auto& [name, change] : covered) {
        journal::RunContents changed = sample_contents();
        change(changed.migrations[0]);
        EXPECT_NE(content_hash(changed, job), before) << name;
    }
    journal::RunContents later = sample_contents();
    later.migrations[0].elapsed_seconds += 1;
    EXPECT_EQ(content_hash(later, job), before);
}

TEST(ContentHash, MovesWithWhatWasAskedAndAnsweredAndWithNothingElseOfACall) {
    using R = LlmCallRecord;
    const std::set<std::string> covered{"island", "step", "slot", "request_sha256", "occurrence", "reply_sha256"};
    std::map<std::string, std::function<void(R&)>> changes{
        {"island", [](R& r) { r.key.island += 1; }},
        {"step", [](R& r) { r.key.step += 1; }},
        {"slot", [](R& r) { r.key.slot += 1; }},
        {"model", [](R& r) { r.model = "another"; }},
        {"endpoint", [](R& r) { r.endpoint += "/"; }},
        {"request_sha256", [](R& r) { r.request_sha256[31] ^= 1U; }},
        {"occurrence", [](R& r) { r.occurrence += 1; }},
        {"reply_sha256", [](R& r) { r.reply_sha256[31] ^= 1U; }},
        {"status", [](R& r) { r.status = "http_503"; }},
        {"finish_reason", [](R& r) { r.finish_reason = "stop"; }},
        {"prompt_tokens", [](R& r) { r.prompt_tokens += 1; }},
        {"completion_tokens", [](R& r) { r.completion_tokens += 1; }},
        {"reserved_tokens", [](R& r) { r.reserved_tokens += 1; }},
        {"usd", [](R& r) { r.usd += 1; }},
        {"requests", [](R& r) { r.requests += 1; }},
        {"hedges", [](R& r) { r.hedges += 1; }},
        {"faults", [](R& r) { r.faults += 1; }},
        {"reused", [](R& r) { r.reused = !r.reused; }},
        {"origin", [](R& r) { r.origin = Origin::measured; }},
        {"first_byte_seconds", [](R& r) { r.first_byte_seconds += 1; }},
        {"wall_seconds", [](R& r) { r.wall_seconds += 1; }},
        {"elapsed_seconds", [](R& r) { r.elapsed_seconds += 1; }},
        {"rank", [](R& r) { r.rank += 1; }},
    };
    journal::RunContents contents = sample_contents();
    contents.llm_calls = {sample_call({0, 1, 0, 0}), sample_call({0, 2, 0, 0})};
    const Sha256 before = content_hash(contents, job);
    EXPECT_NE(before, content_hash(sample_contents(), job));
    for (const Column& column : llm_calls_table(contents.llm_calls).columns) {
        ASSERT_TRUE(changes.contains(column.info.name)) << "a new column: say here whether the hash covers it";
        journal::RunContents changed = contents;
        changes[column.info.name](changed.llm_calls[1]);
        EXPECT_EQ(content_hash(changed, job) != before, covered.contains(column.info.name)) << column.info.name;
    }
    contents.llm_calls[0].reply.clear();  // read without replies
    EXPECT_EQ(content_hash(contents, job), before);
}

TEST(ContentHash, CountsTheLastCallOfAnEvaluationOnly) {
    journal::RunContents contents = sample_contents();
    contents.llm_calls = {sample_call({0, 1, 0, 0}, "used"), sample_call({0, 2, 0, 0}, "also used")};
    const Sha256 before = content_hash(contents, job);
    contents.llm_calls.insert(contents.llm_calls.begin(), 2, sample_call({0, 1, 0, 0}, "of an interrupted life"));
    EXPECT_EQ(content_hash(contents, job), before);
    std::swap(contents.llm_calls[1], contents.llm_calls[2]);
    EXPECT_NE(content_hash(contents, job), before);
}

TEST(ContentHash, IsDeafToEventsMetricsSegmentsAndBytesButNotToTheJob) {
    const Sha256 before = content_hash(sample_contents(), job);
    journal::RunContents changed = sample_contents();
    changed.events.push_back({.name = "stopping", .text = "SIGINT", .elapsed_seconds = 9});
    changed.segments.push_back(sample_info(1, 4));
    changed.evaluations[0].metrics.clear();
    changed.evaluations[0].candidate.bytes.clear();  // read without candidates
    changed.torn_tails.emplace_back();
    EXPECT_EQ(content_hash(changed, job), before);
    EXPECT_NE(content_hash(changed, "seed = 8\n"), before);
    changed.evaluations.pop_back();
    EXPECT_NE(content_hash(changed, job), before);
}

TEST(ContentHash, TellsSignedZerosAndTheUnscoredApart) {
    std::set<std::string> hashes;
    for (const double score : {0.0, -0.0, std::numeric_limits<double>::quiet_NaN(), 4.9e-324}) {
        journal::RunContents contents = sample_contents();
        contents.evaluations[0].score = {.lower = score, .upper = score};
        hashes.insert(to_hex(content_hash(contents, job)));
    }
    EXPECT_EQ(hashes.size(), 4U);
}

/// Pinned: a change of the layout needs another version word. Worked out by the Python reader from its own code.
TEST(ContentHash, OfAnEmptyRunIsThatOfVersionAndJob) {
    EXPECT_EQ(content_hash({}, job), sha256(std::string("atoll-content-hash/1\n\x09\0\0\0\0\0\0\0", 29) + job));
}

TEST(ContentHash, IsTheSameHoweverTheRecordsLieInSegments) {
    const journal::RunContents contents = sample_contents();
    std::set<std::string> hashes;
    for (const std::uint32_t ranks : {1U, 2U, 3U}) {
        for (const bool resumed : {false, true}) {
            const TemporaryFolder run;
            for (std::uint32_t incarnation = 0; incarnation < (resumed ? 2U : 1U); ++incarnation) {
                for (std::uint32_t rank = 0; rank < ranks; ++rank) {
                    journal::FileJournal journal(run.path(), sample_info(incarnation, rank));
                    for (std::size_t i = contents.evaluations.size(); i-- > 0;) {
                        if (i % ranks != rank || (resumed && i % 2 != incarnation)) continue;
                        EvaluationRecord record = contents.evaluations[i];
                        record.rank = rank;
                        record.elapsed_seconds += ranks;
                        journal.append(record);
                    }
                    if (rank == ranks - 1 && incarnation == 0) journal.append(contents.migrations[0]);
                    journal.flush();
                }
            }
            hashes.insert(to_hex(content_hash(journal::read_run(run.path()), job)));
        }
    }
    EXPECT_EQ(hashes, (std::set<std::string>{to_hex(content_hash(contents, job))}));
}

TEST(ContentToml, HasEachJobOfTheFirstIncarnationOnce) {
    journal::RunContents contents;
    for (const auto& [incarnation, rank, toml] :
         {std::tuple{0U, 0U, ""}, std::tuple{0U, 1U, "a"}, std::tuple{0U, 2U, "b"}, std::tuple{0U, 3U, "a"},
          std::tuple{1U, 0U, "c"}}) {
        journal::SegmentInfo info = sample_info(incarnation, rank);
        info.job_toml = toml;
        contents.segments.push_back(info);
    }
    const ContentOfJob bracketed = [](const std::string& toml) { return "[" + toml + "]"; };
    EXPECT_EQ(content_toml(contents, bracketed), "[a][b]") << "an empty job is a lost header";
    EXPECT_EQ(content_toml({}, bracketed), "");
    const ContentOfJob unknown = [](const std::string&) -> std::string { throw InputError("unknown key"); };
    EXPECT_THROW(content_toml(contents, unknown), InputError);
}

TEST(Reproducibility, IsDeniedByMachineFactsDamageAndDisorder) {
    journal::RunContents contents = sample_contents();
    EXPECT_TRUE(judge_reproducibility(contents, true).reproducible);
    EXPECT_EQ(judge_reproducibility(contents, true).reason, "");
    EXPECT_FALSE(judge_reproducibility(contents, false).reproducible);
    EXPECT_EQ(judge_reproducibility(contents, false).reason, "the run was not deterministic");
    contents.torn_tails.emplace_back();
    EXPECT_TRUE(judge_reproducibility(contents, true).reproducible) << "nothing acknowledged is lost";

    contents.evaluations[0].verdict.kind = VerdictKind::timeout;
    EXPECT_EQ(judge_reproducibility(contents, true).reason, "1 timeout");
    contents.evaluations[1].verdict.kind = VerdictKind::timeout;
    contents.evaluations[2].verdict.kind = VerdictKind::infrastructure;
    EXPECT_EQ(judge_reproducibility(contents, true).reason, "2 timeouts, 1 infrastructure");
    contents.evaluations[1].verdict.kind = VerdictKind::out_of_memory;
    EXPECT_EQ(judge_reproducibility(contents, false).reason,
              "the run was not deterministic, 1 timeout, 1 out of memory, 1 infrastructure");
    contents.damages.emplace_back();
    EXPECT_FALSE(judge_reproducibility(contents, true).reproducible);
    EXPECT_EQ(judge_reproducibility(contents, true).reason,
              "damaged in 1 place, 1 timeout, 1 out of memory, 1 infrastructure");
}

}  // namespace
}  // namespace atl::archive
