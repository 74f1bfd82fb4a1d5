// SPDX-License-Identifier: Apache-2.0
// A run directory is made once, held by one process, and never overwritten.
#include "atoll/app/run_directory.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "atoll/core/error.hpp"
#include "temporary_folder.hpp"

namespace atl::app {
namespace {

std::string message_of(const std::function<void()>& action) {
    try {
        action();
    } catch (const Error& error) {
        return error.what();
    }
    return "";
}

TEST(RunDirectory, EmptyFolderIsTaken) {
    const testing::TemporaryFolder folder;
    EXPECT_TRUE(std::filesystem::is_directory(create_run_directory(folder.path).journal()));
}

TEST(RunDirectory, FolderWithARunIsBusyAndNamesResume) {
    const testing::TemporaryFolder folder;
    std::ofstream(create_run_directory(folder.path).job()) << "problem = \"noop\"\n";
    EXPECT_THROW(create_run_directory(folder.path), BusyError);
    EXPECT_NE(message_of([&] { create_run_directory(folder.path); }).find("atoll resume"), std::string::npos);
}

TEST(RunDirectory, AStartThatEndedBeforeItsJobWasWrittenLeavesTheFolderFree) {
    const testing::TemporaryFolder folder;
    const RunDirectory run = create_run_directory(folder.path);
    EXPECT_FALSE(run.holds_a_run());
    EXPECT_THROW(open_run_directory(folder.path), InputError);
    EXPECT_NO_THROW(create_run_directory(folder.path));
    std::ofstream(run.journal() / "0-0.atj") << "x";
    EXPECT_TRUE(run.holds_a_run());
    EXPECT_THROW(create_run_directory(folder.path), BusyError);
}

TEST(RunDirectory, FolderOfTheUsersOwnJobIsNotOverwritten) {
    const testing::TemporaryFolder folder;
    std::ofstream(folder.path / "job.toml") << "problem = \"noop\"\n";
    EXPECT_THROW(create_run_directory(folder.path), InputError);
    EXPECT_THROW(open_run_directory(folder.path), InputError);
}

TEST(RunDirectory, PathUnderAFileIsBadInput) {
    const testing::TemporaryFolder folder;
    std::ofstream(folder.path / "file") << "x";
    EXPECT_THROW(create_run_directory(folder.path / "file" / "run"), InputError);
}

TEST(RunDirectory, OpeningWhatIsNoRunSaysSo) {
    const testing::TemporaryFolder folder;
    EXPECT_THROW(open_run_directory(folder.path / "missing"), InputError);
    EXPECT_THROW(open_run_directory(folder.path), InputError);
}

TEST(Lease, SecondHolderIsRefusedNamingTheFirst) {
    const testing::TemporaryFolder folder;
    const RunDirectory run = create_run_directory(folder.path);
    const Lease lease(run);
    const std::string message = message_of([&] { const Lease second(run); });
    EXPECT_NE(message.find("process " + std::to_string(getpid())), std::string::npos) << message;
    EXPECT_THROW({ const Lease second(run); }, BusyError);
}

TEST(Lease, IsFreeOnceTheHolderLetGo) {
    const testing::TemporaryFolder folder;
    const RunDirectory run = create_run_directory(folder.path);
    { const Lease lease(run); }
    EXPECT_NO_THROW({ const Lease second(run); });
}

TEST(Lease, IsFreeOnceTheHolderWasKilled) {
    const testing::TemporaryFolder folder;
    const RunDirectory run = create_run_directory(folder.path);
    int ready[2];
    ASSERT_EQ(pipe(ready), 0);
    const pid_t child = fork();
    if (child == 0) {
        const Lease lease(run);
        (void)!write(ready[1], "x", 1);
        pause();
        _exit(0);
    }
    char byte = 0;
    ASSERT_EQ(read(ready[0], &byte, 1), 1);
    EXPECT_THROW({ const Lease second(run); }, BusyError);
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    EXPECT_NO_THROW({ const Lease second(run); });
    close(ready[0]);
    close(ready[1]);
}

}  // namespace
}  // namespace atl::app
