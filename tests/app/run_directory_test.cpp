// SPDX-License-Identifier: Apache-2.0
// A run directory is made once and never overwritten.
#include "atoll/app/run_directory.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "atoll/core/error.hpp"
#include "message_of.hpp"
#include "temporary_folder.hpp"

namespace atl::app {
namespace {

TEST(RunDirectory, EmptyFolderIsTaken) {
    const testing::TemporaryFolder folder;
    EXPECT_TRUE(std::filesystem::is_directory(create_run_directory(folder.path).journal()));
}

TEST(RunDirectory, FolderWithARunIsBusyAndNamesResume) {
    const testing::TemporaryFolder folder;
    std::ofstream(create_run_directory(folder.path).job()) << "problem = \"noop\"\n";
    EXPECT_THROW(create_run_directory(folder.path), BusyError);
    EXPECT_NE(testing::message_of([&] { create_run_directory(folder.path); }).find("atoll resume"), std::string::npos);
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

}  // namespace
}  // namespace atl::app
