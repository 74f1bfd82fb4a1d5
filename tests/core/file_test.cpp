// SPDX-License-Identifier: Apache-2.0
// Files that are missing, wrong or unwritable give one clear message, and a failed write leaves the old content.
#include "atoll/core/file.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "atoll/core/error.hpp"

namespace atl {
namespace {

class File : public testing::Test {
protected:
    File() {
        std::string pattern = (std::filesystem::temp_directory_path() / "atoll_file_XXXXXX").string();
        folder_ = mkdtemp(pattern.data());
    }
    ~File() override { std::filesystem::remove_all(folder_); }

    std::filesystem::path folder_;
};

template <class Failure, class Action>
std::string message_of(Action action) {
    try {
        action();
    } catch (const Failure& error) {
        return error.what();
    }
    return "no error";
}

std::string read_message(const std::filesystem::path& path, std::uint64_t maximum_bytes = 1000) {
    return message_of<InputError>([&] { read_text_file(path, maximum_bytes); });
}

TEST_F(File, reads_back_what_was_written) {
    for (const std::string& content : {std::string(), std::string("a\0b\r\n", 5), std::string(300'000, 'x')}) {
        write_file_atomically(folder_ / "f", content);
        EXPECT_EQ(read_text_file(folder_ / "f", 300'000), content);
    }
}

TEST_F(File, names_what_cannot_be_read_and_why) {
    EXPECT_EQ(read_message(folder_ / "none"), (folder_ / "none").string() + ": no such file");
    EXPECT_EQ(read_message(folder_), folder_.string() + ": is a folder, not a file");
    ASSERT_EQ(mkfifo((folder_ / "fifo").c_str(), 0600), 0);
    EXPECT_EQ(read_message(folder_ / "fifo"), (folder_ / "fifo").string() + ": is not a regular file");
    write_file_atomically(folder_ / "f", "12345");
    EXPECT_EQ(read_message(folder_ / "f", 4), (folder_ / "f").string() + ": larger than the 4 bytes allowed here");
    EXPECT_EQ(read_message(folder_ / "f", 5), "no error");
    EXPECT_NE(read_message(folder_ / "f" / "g").find("Not a directory"), std::string::npos);
}

TEST_F(File, a_missing_folder_is_the_machines_error) {
    const auto path = folder_ / "none" / "f";
    const std::string message = message_of<InfrastructureError>([&] { write_file_atomically(path, "x"); });
    EXPECT_EQ(message, path.string() + ": cannot be created: No such file or directory");
}

TEST_F(File, a_full_disk_keeps_the_old_content_and_says_so) {
    write_file_atomically(folder_ / "f", "old");
    // the file written beside is a link to a device that is always full
    const std::string beside = (folder_ / "f").string() + "." + std::to_string(gettid()) + ".tmp";
    ASSERT_EQ(symlink("/dev/full", beside.c_str()), 0);
    const std::string message = message_of<InfrastructureError>([&] { write_file_atomically(folder_ / "f", "new"); });
    EXPECT_NE(message.find("No space left on device"), std::string::npos) << message;
    EXPECT_EQ(read_text_file(folder_ / "f", 10), "old");
    EXPECT_FALSE(std::filesystem::exists(std::filesystem::symlink_status(beside)));
}

TEST_F(File, a_failed_replacement_leaves_nothing_beside) {
    std::filesystem::create_directories(folder_ / "taken" / "inside");
    EXPECT_THROW(write_file_atomically(folder_ / "taken", "x"), InfrastructureError);
    std::size_t entries = 0;
    for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder_)) ++entries;
    EXPECT_EQ(entries, 1U);
}

TEST_F(File, readers_see_the_old_or_the_new_content_and_never_a_part) {
    const std::vector<std::string> contents = {std::string(20'000, 'a'), std::string(10'000, 'b')};
    write_file_atomically(folder_ / "f", contents[0]);
    std::thread writer([&] {
        for (int i = 0; i < 50; ++i) write_file_atomically(folder_ / "f", contents[static_cast<std::size_t>(i % 2)]);
    });
    for (int i = 0; i < 200; ++i) {
        const std::string seen = read_text_file(folder_ / "f", 1 << 20);
        EXPECT_TRUE(seen == contents[0] || seen == contents[1]) << seen.size();
    }
    writer.join();
}

}  // namespace
}  // namespace atl
