// SPDX-License-Identifier: Apache-2.0
// A writer killed with SIGKILL at seeded random moments: what its acknowledgement log names is there afterwards.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <set>
#include <sstream>
#include <thread>

#include "atoll/archive/fold.hpp"
#include "atoll/archive/queries.hpp"
#include "atoll/core/random.hpp"
#include "atoll/journal/writer.hpp"
#include "journal/sample_records.hpp"
#include "journal/temporary_folder.hpp"

namespace atl::archive {
namespace {

using atl::testing::file_bytes;
using atl::testing::sample_evaluation;
using atl::testing::sample_info;
using atl::testing::TemporaryFolder;

/// Appends with at most 64 records unacknowledged and never ends by itself.
[[noreturn]] void write_until_killed(const std::filesystem::path& run, std::uint32_t incarnation) {
    try {
        journal::FileJournal journal(run, sample_info(incarnation, 0),
                                     {.acknowledgement_log = run / "acknowledged.log", .calls = nullptr});
        for (std::uint64_t step = 0; step < 2000; ++step) {
            const std::uint64_t sequence = journal.append(
                sample_evaluation({incarnation, step, 0, 0}, std::string(300, 'x') + std::to_string(step)));
            while (journal.acknowledged() + 64 < sequence) std::this_thread::yield();
        }
        while (true) ::pause();
    } catch (...) {
        ::_exit(1);
    }
}

TEST(KillWriter, NoAcknowledgedRecordIsEverLost) {
    constexpr std::uint32_t rounds = 10;
    const TemporaryFolder run;
    RandomStream random(20260131, 0, 0, 0, StreamPurpose::test);
    for (std::uint32_t round = 0; round < rounds; ++round) {
        const pid_t child = ::fork();
        ASSERT_GE(child, 0);
        if (child == 0) write_until_killed(run.path(), round);
        std::this_thread::sleep_for(std::chrono::microseconds(random.below(30000)));
        ::kill(child, SIGKILL);
        int status = 0;
        ::waitpid(child, &status, 0);
        ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << "the writer ended by itself";

        const journal::RunContents contents = journal::read_run(run.path());
        EXPECT_TRUE(contents.damages.empty());
        EXPECT_TRUE(contents.duplicates.empty());
        std::set<std::string> keys;
        for (const EvaluationRecord& record : contents.evaluations) {
            keys.insert(to_string(record.key));
            EXPECT_EQ(record.candidate_sha256, sha256(record.candidate.bytes));
        }
        std::istringstream log(file_bytes(run.path() / "acknowledged.log"));
        for (std::string line; std::getline(log, line);) ASSERT_TRUE(keys.contains(line)) << line << " is lost";

        fold_archive(run.path());
        const VerifyReport verified = verify_run(run.path());
        EXPECT_EQ(verified.archive, ArchiveState::current);
        EXPECT_TRUE(verified.sound());
    }
    // Otherwise the test was too quick to mean anything.
    EXPECT_GT(verify_run(run.path()).evaluations, 0U);
}

}  // namespace
}  // namespace atl::archive
