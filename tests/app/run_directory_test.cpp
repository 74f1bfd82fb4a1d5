// SPDX-License-Identifier: Apache-2.0
// A run directory is made once and never overwritten.
#include "atoll/app/run_directory.hpp"

#include <gtest/gtest.h>

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
    create_run_directory(folder.path);
    EXPECT_THROW(create_run_directory(folder.path), BusyError);
    EXPECT_NE(message_of([&] { create_run_directory(folder.path); }).find("atoll resume"), std::string::npos);
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
