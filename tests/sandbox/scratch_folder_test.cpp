// SPDX-License-Identifier: Apache-2.0
// A scratch folder goes, whatever a program made of it.
#include "sandbox/scratch_folder.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "sandbox/compiling.hpp"

namespace atl::sandbox {
namespace {

TEST(ScratchFolder, ItGoesHoweverDeepItIsNested) {
    TemporaryFolder folder;
    const std::string path = folder.path() / "scratch";
    ASSERT_EQ(mkdir(path.c_str(), 0700), 0);
    int inside = open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    for (int depth = 0; depth < 1500; ++depth) {
        ASSERT_EQ(mkdirat(inside, "d", 0700), 0);
        ASSERT_EQ(symlinkat("/", inside, "link"), 0);
        const int next = openat(inside, "d", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        close(inside);
        inside = next;
    }
    close(inside);
    EXPECT_TRUE(remove_scratch_folder(path));
    EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(ScratchFolder, ModesAndNamesDoNotKeepIt) {
    TemporaryFolder folder;
    const std::filesystem::path path = folder.path() / "scratch", closed = path / "closed";
    std::filesystem::create_directories(closed / "inner" / "0");
    std::ofstream(closed / "inner" / "0" / "file") << "x";
    std::filesystem::create_directories(path / "attic-AAAAAA" / "0" / "1");
    chmod((closed / "inner").c_str(), 0);
    chmod(closed.c_str(), 0);
    EXPECT_TRUE(remove_scratch_folder(path));
    EXPECT_FALSE(std::filesystem::exists(path));
    EXPECT_TRUE(remove_scratch_folder(path)) << "nothing there is nothing left";
}

TEST(ScratchFolder, ALinkInItsPlaceIsNotFollowed) {
    TemporaryFolder folder;
    std::filesystem::create_directory(folder.path() / "other");
    std::ofstream(folder.path() / "other" / "file") << "x";
    std::filesystem::create_directory_symlink(folder.path() / "other", folder.path() / "link");
    EXPECT_FALSE(remove_scratch_folder(folder.path() / "link"));
    EXPECT_TRUE(std::filesystem::exists(folder.path() / "other" / "file"));
}

}  // namespace
}  // namespace atl::sandbox
