// SPDX-License-Identifier: Apache-2.0
// A merged run holds every record of its sources, islands renumbered, and what is damaged stays behind.
#include "atoll/archive/merge.hpp"

#include <gtest/gtest.h>

#include "atoll/archive/queries.hpp"
#include "atoll/core/error.hpp"
#include "atoll/journal/writer.hpp"
#include "journal/sample_records.hpp"
#include "journal/temporary_folder.hpp"

namespace atl::archive {
namespace {

using atl::testing::expect_equal;
using atl::testing::file_bytes;
using atl::testing::sample_call;
using atl::testing::sample_evaluation;
using atl::testing::sample_info;
using atl::testing::TemporaryFolder;
using atl::testing::write_bytes;

constexpr std::uint32_t slots = 20;

/// Two islands on two ranks, of which the second rank's was resumed.
void write_run(const std::filesystem::path& run, const std::string& job, const std::string& problem = "circles_26") {
    for (const auto& [incarnation, rank] : {std::pair{0U, 0U}, std::pair{0U, 1U}, std::pair{1U, 1U}}) {
        journal::SegmentInfo info = sample_info(incarnation, rank);
        info.provenance_json = R"({"problem": ")" + problem + R"(", "direction": "maximize", "islands": 3})";
        info.job_toml = job + (incarnation > 0 ? "# resumed with other limits\n" : "");
        journal::FileJournal journal(run, info);
        for (std::uint32_t slot = 0; slot < slots; ++slot) {
            const std::string content =
                job + std::to_string(slot / 2) + " of " + std::to_string(incarnation + 2 * rank);
            journal.append(sample_evaluation({rank, 2U + incarnation, slot, 0}, content));
        }
        journal.append(MigrationRecord{.epoch = 1 + incarnation,
                                       .from_island = 0,
                                       .to_island = rank,
                                       .to_step = 3,
                                       .key = {0, 2, 1, 0},
                                       .elapsed_seconds = 1});
        journal.append(sample_call({rank, 2U + incarnation, 0, 0}, job + " reply"));
        journal.append(SnapshotRecord{.island = rank, .step = 1, .state = "state"});
        journal.flush();
    }
}

MergeOptions options() {
    MergeOptions made;
    made.content_of_job = [](const std::string& job) { return job; };
    return made;
}

TEST(Merge, HoldsEveryRecordWithIslandsRenumbered) {
    const TemporaryFolder folder;
    const std::filesystem::path a = folder.path() / "a";
    const std::filesystem::path b = folder.path() / "b";
    const std::filesystem::path out = folder.path() / "out";
    write_run(a, "seed = 1\n");
    write_run(b, "seed = 2\n");
    const std::vector<MergeSource> sources = merge_runs({a, b}, out, options());
    ASSERT_EQ(sources.size(), 2U);
    EXPECT_EQ(sources[1].first_island, 3U) << "three islands by the provenance, though only two left records";
    EXPECT_EQ(sources[1].evaluations, 3 * slots);
    EXPECT_TRUE(sources[1].damages.empty());

    const journal::RunContents first = journal::read_run(a);
    const journal::RunContents second = journal::read_run(b);
    const journal::RunContents merged = journal::read_run(out);
    ASSERT_EQ(merged.segments.size(), 2U);
    EXPECT_EQ(merged.segments[1].job_toml, "seed = 2\n");
    ASSERT_EQ(merged.evaluations.size(), first.evaluations.size() + second.evaluations.size());
    for (std::size_t i = 0; i < first.evaluations.size(); ++i) {
        expect_equal(merged.evaluations[i], first.evaluations[i]);
        EvaluationRecord moved = second.evaluations[i];
        moved.key.island += 3;
        moved.parent_1->island += 3;
        moved.parent_2->island += 3;
        expect_equal(merged.evaluations[first.evaluations.size() + i], moved);
    }
    ASSERT_EQ(merged.migrations.size(), first.migrations.size() + second.migrations.size());
    std::uint32_t moved = 0;
    for (const MigrationRecord& record : merged.migrations) {
        if (record.from_island == 0) continue;
        EXPECT_EQ(record.from_island, 3U);
        EXPECT_GE(record.to_island, 3U);
        EXPECT_EQ(record.key, (EvaluationKey{3, 2, 1, 0}));
        ++moved;
    }
    EXPECT_EQ(moved, second.migrations.size());
    ASSERT_EQ(first.llm_calls.size(), 3U);
    ASSERT_EQ(merged.llm_calls.size(), 6U);
    for (std::size_t i = 0; i < 3; ++i) {
        expect_equal(merged.llm_calls[i], first.llm_calls[i]);
        LlmCallRecord call = second.llm_calls[i];
        call.key.island += 3;
        expect_equal(merged.llm_calls[3 + i], call);
        EXPECT_EQ(call.reply, "seed = 2\n reply");
    }
    EXPECT_TRUE(merged.snapshots.empty());
    ASSERT_EQ(merged.events.size(), 2U);
    EXPECT_EQ(merged.events[1].name, "merged");
    const std::string hash = to_hex(content_hash(second, content_toml(second, options().content_of_job)));
    EXPECT_EQ(merged.events[1].text, b.string() + ": content hash " + hash + ", islands 0-2 -> 3-5, 60 evaluations");
    EXPECT_EQ(subject(merged).problem, "circles_26");
    EXPECT_TRUE(verify_run(out).sound());
}

TEST(Merge, OfAMergedRunKeepsEachJob) {
    const TemporaryFolder folder;
    const std::filesystem::path a = folder.path() / "a";
    const std::filesystem::path b = folder.path() / "b";
    write_run(a, "seed = 1\n");
    write_run(b, "seed = 2\n");
    merge_runs({a, b}, folder.path() / "ab", options());
    merge_runs({folder.path() / "ab", a}, folder.path() / "aba", options());
    const journal::RunContents merged = journal::read_run(folder.path() / "aba");
    EXPECT_EQ(merged.evaluations.size(), 9 * slots);
    EXPECT_EQ(merged.evaluations.back().key.island, 7U) << "3 + 3 islands before it, and its own highest";
    EXPECT_EQ(content_toml(merged, options().content_of_job), "seed = 1\nseed = 2\n");
}

TEST(Merge, RunsOfTwoProblemsAreRefusedNamingBoth) {
    const TemporaryFolder folder;
    write_run(folder.path() / "a", "seed = 1\n");
    write_run(folder.path() / "b", "seed = 1\n", "noop");
    try {
        merge_runs({folder.path() / "a", folder.path() / "b"}, folder.path() / "out", options());
        FAIL();
    } catch (const InputError& error) {
        const std::string said = error.what();
        EXPECT_NE(said.find("/a is of problem 'circles_26'"), std::string::npos) << said;
        EXPECT_NE(said.find("/b of problem 'noop'"), std::string::npos) << said;
    }
    EXPECT_FALSE(std::filesystem::exists(folder.path() / "out"));
}

TEST(Merge, OfADamagedRunIsSoundAndNamesWhatIsLeftOut) {
    const TemporaryFolder folder;
    const std::filesystem::path a = folder.path() / "a";
    write_run(a, "seed = 1\n");
    write_run(folder.path() / "b", "seed = 2\n");
    const std::filesystem::path segment = journal::segment_path(a, 0, 0);
    std::string bytes = file_bytes(segment);
    // Inside a blob: its frame is lost, and with it the bytes of the two evaluations that name it.
    const std::size_t blob = bytes.find("seed = 1\n7 of");
    ASSERT_NE(blob, std::string::npos);
    bytes[blob] ^= 1;
    write_bytes(segment, bytes);
    write_bytes(journal::segment_path(a, 1, 1), file_bytes(journal::segment_path(a, 1, 1)).substr(0, 900));

    const std::vector<MergeSource> sources = merge_runs({a, folder.path() / "b"}, folder.path() / "out", options());
    EXPECT_FALSE(sources[0].damages.empty());
    EXPECT_EQ(sources[0].left_out, 2U);
    const journal::RunContents whole = journal::read_run(a);
    EXPECT_EQ(sources[0].evaluations + sources[0].left_out, whole.evaluations.size());
    EXPECT_TRUE(sources[1].damages.empty());
    const VerifyReport verified = verify_run(folder.path() / "out");
    EXPECT_TRUE(verified.sound());
    EXPECT_EQ(verified.evaluations, sources[0].evaluations + 3 * slots);
}

}  // namespace
}  // namespace atl::archive
