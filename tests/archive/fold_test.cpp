// SPDX-License-Identifier: Apache-2.0
// archive.h5 is whole or the old one, whatever happens while it is made.
#include "atoll/archive/fold.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <set>
#include <thread>

#include "atoll/archive/merge.hpp"
#include "atoll/archive/queries.hpp"
#include "atoll/core/error.hpp"
#include "atoll/core/random.hpp"
#include "atoll/journal/writer.hpp"
#include "journal/failing_file_system.hpp"
#include "journal/sample_records.hpp"
#include "journal/temporary_folder.hpp"

namespace atl::archive {
namespace {

using atl::testing::FailingFileSystem;
using atl::testing::file_bytes;
using atl::testing::sample_call;
using atl::testing::sample_evaluation;
using atl::testing::sample_info;
using atl::testing::TemporaryFolder;
using atl::testing::write_bytes;
using journal::FileJournal;

void write_segment(const std::filesystem::path& run, std::uint32_t incarnation, std::uint32_t count) {
    FileJournal journal(run, sample_info(incarnation, 0));
    journal.append(EventRecord{.name = "started", .text = "", .elapsed_seconds = 0});
    for (std::uint32_t slot = 0; slot < count; ++slot) {
        journal.append(sample_evaluation({incarnation, 3, slot, 0}, "content " + std::to_string(slot / 2)));
    }
    journal.append(MigrationRecord{
        .epoch = 1, .from_island = 0, .to_island = 1, .to_step = 9, .key = {0, 3, 0, 0}, .elapsed_seconds = 1});
    journal.flush();
}

std::set<std::string> files_of(const std::filesystem::path& folder) {
    std::set<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) names.insert(entry.path().filename());
    return names;
}

TEST(Fold, AnEmptyRunGivesAValidArchive) {
    const TemporaryFolder run;
    { const FileJournal journal(run.path(), sample_info()); }
    const FoldReport report = fold_archive(run.path());
    EXPECT_EQ(report.evaluations, 0U);
    EXPECT_GT(report.archive_bytes, 0U);
    const VerifyReport verified = verify_run(run.path());
    EXPECT_EQ(verified.archive, ArchiveState::current) << (verified.damages.empty() ? "" : verified.damages[0].text);
}

TEST(Fold, ARunKilledBeforeItsFirstSegmentGivesAValidArchive) {
    const TemporaryFolder run;
    std::filesystem::create_directory(run.path() / "journal");
    fold_archive(run.path());
    EXPECT_EQ(verify_run(run.path()).archive, ArchiveState::current);
}

TEST(Fold, HoldsWhatTheJournalsHold) {
    const TemporaryFolder run;
    write_segment(run.path(), 0, 100);
    write_segment(run.path(), 1, 30);
    const FoldReport report = fold_archive(run.path());
    EXPECT_EQ(report.evaluations, 130U);
    EXPECT_EQ(report.migrations, 1U);
    EXPECT_EQ(report.blobs, 50U);
    EXPECT_TRUE(report.damages.empty());
    const VerifyReport verified = verify_run(run.path());
    EXPECT_EQ(verified.archive, ArchiveState::current) << (verified.damages.empty() ? "" : verified.damages[0].text);
    EXPECT_EQ(verified.archive_evaluations, 130U);
    EXPECT_EQ(files_of(run.path()), (std::set<std::string>{"journal", "archive.h5"}));
}

TEST(Fold, HoldsCallsAndTheirRepliesAndVerifyNoticesOneMore) {
    const TemporaryFolder run;
    write_segment(run.path(), 0, 4);
    const std::uint64_t blobs = fold_archive(run.path()).blobs;
    {
        FileJournal journal(run.path(), sample_info(1, 0));
        journal.append(sample_call({0, 3, 0, 0}, "a reply"));
        journal.append(sample_call({0, 3, 1, 0}, "a reply"));
        journal.append(sample_call({0, 3, 2, 0}, "content 0"));
        journal.flush();
    }
    EXPECT_EQ(verify_run(run.path()).archive, ArchiveState::behind) << "calls that are not folded yet";
    const FoldReport report = fold_archive(run.path());
    EXPECT_TRUE(report.damages.empty());
    EXPECT_EQ(report.blobs, blobs + 1) << "equal replies are kept once, also where a candidate has the same text";
    const VerifyReport verified = verify_run(run.path());
    EXPECT_EQ(verified.archive, ArchiveState::current) << (verified.damages.empty() ? "" : verified.damages[0].text);
    EXPECT_TRUE(verified.sound());
}

TEST(Fold, HoldsPlansAndTheCertificate) {
    const TemporaryFolder run;
    {
        FileJournal journal(run.path(), sample_info(0, 0));
        journal.append(atl::testing::sample_plan(1));
        journal.append(atl::testing::sample_plan(2));
        journal.append(PlanCountRecord{.fate = "simulated", .by = "", .plans = 2});
        journal.flush();
    }
    fold_archive(run.path());
    EXPECT_TRUE(verify_run(run.path()).sound());
    const journal::RunContents contents = journal::read_run(run.path());
    ASSERT_EQ(contents.plans.size(), 2U);
    EXPECT_EQ(contents.plans[1], atl::testing::sample_plan(2));
    ASSERT_EQ(contents.plan_counts.size(), 1U);
    EXPECT_EQ(contents.plan_counts[0].plans, 2U);
    EXPECT_THROW(merge_runs({run.path(), run.path()}, run.path() / "merged", {}), InputError);
}

TEST(Fold, AnArchiveWhoseCallsAreOthersIsDamaged) {
    const auto write_calls = [](const std::filesystem::path& folder, double usd) {
        FileJournal journal(folder, sample_info(0, 0));
        LlmCallRecord call = sample_call({0, 3, 0, 0}, "a reply");
        call.usd = usd;
        journal.append(call);
        journal.flush();
    };
    const TemporaryFolder run;
    const TemporaryFolder other;
    write_calls(run.path(), 0.1);
    write_calls(other.path(), 0.2);
    fold_archive(run.path());
    EXPECT_TRUE(verify_run(run.path()).sound());
    fold_archive(other.path());
    std::filesystem::copy_file(other.path() / "archive.h5", run.path() / "archive.h5",
                               std::filesystem::copy_options::overwrite_existing);
    EXPECT_FALSE(verify_run(run.path()).sound());
}

TEST(Fold, TwiceTheSameBytes) {
    const TemporaryFolder run;
    write_segment(run.path(), 0, 500);
    const FoldOptions options{.date = "2026-01-31T12:34:56Z", .calls = nullptr};
    fold_archive(run.path(), options);
    const std::string first = file_bytes(run.path() / "archive.h5");
    std::filesystem::remove(run.path() / "archive.h5");
    fold_archive(run.path(), options);
    EXPECT_EQ(file_bytes(run.path() / "archive.h5"), first);
}

TEST(Fold, WithoutAJournalItMakesNothing) {
    const TemporaryFolder run;
    EXPECT_THROW(fold_archive(run.path()), InputError);
    EXPECT_TRUE(files_of(run.path()).empty());
}

TEST(Fold, ANewerSegmentIsRefusedAndTheOldArchiveStays) {
    const TemporaryFolder run;
    write_segment(run.path(), 0, 3);
    fold_archive(run.path());
    const std::string before = file_bytes(run.path() / "archive.h5");
    std::string newer(journal::segment_magic);
    newer += std::string("\x02\x00\x00\x00", 4);
    const std::uint32_t crc = crc32c(newer);
    for (unsigned i = 0; i < 4; ++i) newer.push_back(static_cast<char>(crc >> (8 * i)));
    write_bytes(journal::segment_path(run.path(), 1, 0), newer);
    EXPECT_THROW(fold_archive(run.path()), FormatVersionError);
    EXPECT_EQ(file_bytes(run.path() / "archive.h5"), before);
    EXPECT_EQ(files_of(run.path()), (std::set<std::string>{"journal", "archive.h5"}));
}

TEST(Fold, WhileTheWriterAppendsEveryArchiveIsRightAndBehindAtMost) {
    const TemporaryFolder run;
    FileJournal journal(run.path(), sample_info());
    std::atomic<bool> stop = false;
    std::thread appending([&] {
        // Bounded: where syncs cost nothing the writer outruns the fold.
        for (std::uint32_t step = 0; !stop && step < 400; ++step) {
            for (std::uint32_t slot = 0; slot < 8; ++slot) {
                journal.append(
                    sample_evaluation({0, step, slot, 0}, std::to_string(step) + "/" + std::to_string(slot)));
            }
            std::this_thread::sleep_for(std::chrono::microseconds(200));
        }
    });
    std::uint64_t last = 0;
    for (int round = 0; round < 5; ++round) {
        const std::uint64_t safe_before = journal.safe_records();
        const FoldReport report = fold_archive(run.path());
        EXPECT_TRUE(report.damages.empty());
        EXPECT_GE(report.evaluations, safe_before) << "an acknowledged record was left out";
        EXPECT_GE(report.evaluations, last);
        last = report.evaluations;
        const VerifyReport verified = verify_run(run.path());
        EXPECT_TRUE(verified.archive_matches()) << (verified.damages.empty() ? "" : verified.damages[0].text);
        EXPECT_EQ(verified.archive_evaluations, report.evaluations);
    }
    stop = true;
    appending.join();
    journal.flush();
    fold_archive(run.path());
    EXPECT_EQ(verify_run(run.path()).archive, ArchiveState::current);
}

TEST(Fold, AnyFailingCallKeepsTheOldArchive) {
    for (const std::string call : {"open", "fsync", "rename"}) {
        bool reached = true;
        for (int n = 1; reached; ++n) {
            ASSERT_LT(n, 20);
            const TemporaryFolder run;
            write_segment(run.path(), 0, 3);
            fold_archive(run.path());
            write_segment(run.path(), 1, 4);
            FailingFileSystem calls;
            reached = false;
            calls.fail_call = [&](const std::string& name, int count) {
                if (name != call || count != n) return 0;
                reached = true;
                return EIO;
            };
            const FoldOptions options{.date = "", .calls = &calls};
            try {
                fold_archive(run.path(), options);
                EXPECT_FALSE(reached);
            } catch (const InfrastructureError& error) {
                EXPECT_TRUE(reached);
                EXPECT_NE(std::string(error.what()).find("atoll archive fold"), std::string::npos) << error.what();
            }
            const VerifyReport verified = verify_run(run.path());
            EXPECT_TRUE(verified.archive_matches()) << call << ' ' << n;
            EXPECT_EQ(files_of(run.path()), (std::set<std::string>{"journal", "archive.h5"})) << call << ' ' << n;
        }
    }
}

TEST(Fold, OfARunThatIsResumedMeanwhileKeepsTheFileThereIs) {
    const TemporaryFolder run;
    write_segment(run.path(), 0, 3);
    fold_archive(run.path());
    const std::string before = file_bytes(run.path() / "archive.h5");
    FailingFileSystem calls;
    calls.fail_call = [&](const std::string& name, int) {
        if (name == "fsync") write_segment(run.path(), 1, 4);
        return 0;
    };
    EXPECT_THROW(fold_archive(run.path(), {.date = "", .calls = &calls}), BusyError);
    EXPECT_EQ(file_bytes(run.path() / "archive.h5"), before);
    EXPECT_EQ(files_of(run.path()), (std::set<std::string>{"journal", "archive.h5"}));
}

TEST(Fold, SyncsTheFileBeforeItsNameAndTheNameAfter) {
    const TemporaryFolder run;
    write_segment(run.path(), 0, 3);
    FailingFileSystem calls;
    fold_archive(run.path(), {.date = "", .calls = &calls});
    EXPECT_EQ(calls.log(), (std::vector<std::string>{"open", "fsync", "rename", "open", "fsync"}));
}

/// Folds in a child that may not write files beyond `limit`; its exit code.
int fold_with_file_size_limit(const std::filesystem::path& run, rlim_t limit) {
    const pid_t child = ::fork();
    if (child == 0) {
        const rlimit bound{.rlim_cur = limit, .rlim_max = limit};
        ::signal(SIGXFSZ, SIG_IGN);
        ::setrlimit(RLIMIT_FSIZE, &bound);
        int code = 0;
        try {
            fold_archive(run);
        } catch (const Error& error) {
            code = static_cast<int>(error.code());
        }
        ::_exit(code);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

TEST(Fold, WithoutSpaceForTheNewArchiveTheOldOneStays) {
    const TemporaryFolder run;
    write_segment(run.path(), 0, 10);
    const FoldReport small = fold_archive(run.path());
    {
        FileJournal journal(run.path(), sample_info(1, 0));
        RandomStream random(1, 2, 3, 4, StreamPurpose::test);
        for (std::uint32_t slot = 0; slot < 150; ++slot) {
            std::string content(2048, '\0');
            for (char& byte : content) byte = static_cast<char>(random());
            journal.append(sample_evaluation({1, 1, slot, 0}, content));
        }
        journal.flush();
    }
    const std::string before = file_bytes(run.path() / "archive.h5");
    ASSERT_GT(small.archive_bytes, 1000U);
    for (const rlim_t limit : {0, 512, 20000, 100000, 262144, 300000}) {
        EXPECT_EQ(fold_with_file_size_limit(run.path(), limit), static_cast<int>(ExitCode::infrastructure)) << limit;
        EXPECT_EQ(file_bytes(run.path() / "archive.h5"), before) << limit;
        EXPECT_EQ(files_of(run.path()), (std::set<std::string>{"journal", "archive.h5"})) << limit;
    }
    EXPECT_EQ(verify_run(run.path()).archive, ArchiveState::behind);
    EXPECT_EQ(fold_with_file_size_limit(run.path(), 1ULL << 30U), 0);
    EXPECT_EQ(verify_run(run.path()).archive, ArchiveState::current);
}

TEST(Fold, RemovesWhatAKilledFoldLeftLongAgo) {
    const TemporaryFolder run;
    write_segment(run.path(), 0, 1);
    const pid_t child = ::fork();
    if (child == 0) ::_exit(0);
    ::waitpid(child, nullptr, 0);
    const std::filesystem::path dead = run.path() / ("archive.h5." + std::to_string(child) + ".tmp");
    const std::filesystem::path fresh = run.path() / ("archive.h5." + std::to_string(child) + "0.tmp");
    const std::filesystem::path other = run.path() / "archive.h5.mine.tmp";
    for (const auto& path : {dead, fresh, other}) write_bytes(path, "left over");
    const auto long_ago = std::filesystem::file_time_type::clock::now() - std::chrono::hours(1);
    std::filesystem::last_write_time(dead, long_ago);
    std::filesystem::last_write_time(other, long_ago);
    fold_archive(run.path());
    EXPECT_FALSE(std::filesystem::exists(dead));
    EXPECT_TRUE(std::filesystem::exists(fresh)) << "it may be another host's fold at work";
    EXPECT_TRUE(std::filesystem::exists(other));
}

}  // namespace
}  // namespace atl::archive
