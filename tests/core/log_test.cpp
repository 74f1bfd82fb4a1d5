// SPDX-License-Identifier: Apache-2.0
// Log lines stay whole JSON lines under threads; a full disk is counted and ends nothing.
#include "atoll/core/log.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <set>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "atoll/core/error.hpp"
#include "atoll/core/file.hpp"

namespace atl {
namespace {

class LogTest : public testing::Test {
protected:
    LogTest() {
        std::string pattern = (std::filesystem::temp_directory_path() / "atoll_log_XXXXXX").string();
        folder_ = mkdtemp(pattern.data());
        if (pipe(pipe_.data()) != 0) std::abort();
    }
    ~LogTest() override {
        std::filesystem::remove_all(folder_);
        close(pipe_[0]);
        if (!terminal_closed_) close(pipe_[1]);
    }

    LogSettings settings() const {
        LogSettings settings;
        settings.file = folder_ / "log" / "engine.jsonl";
        settings.terminal = pipe_[1];
        settings.rank = 3;
        return settings;
    }
    std::vector<Json> lines() const {
        std::istringstream text(read_text_file(folder_ / "log" / "engine.jsonl", 1 << 24));
        std::vector<Json> lines;
        for (std::string line; std::getline(text, line);) lines.push_back(parse_json(line, "engine.jsonl"));
        return lines;
    }
    std::string terminal_text() {
        close(pipe_[1]);
        terminal_closed_ = true;
        std::string text(10'000, '\0');
        const ssize_t got = read(pipe_[0], text.data(), text.size());
        text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
        return text;
    }

    std::filesystem::path folder_;
    std::array<int, 2> pipe_{};
    bool terminal_closed_ = false;
};

TEST_F(LogTest, a_line_says_when_where_what_and_its_fields) {
    Log log(settings());
    log.info("run_started", "the run starts", {{"islands", 8}, {"problem", "noop \"x\"\n"}});
    log.flush();
    ASSERT_EQ(lines().size(), 1U);
    const Json line = lines()[0];
    EXPECT_EQ(line["time"].as_string().size(), 24U);
    EXPECT_EQ(line["time"].as_string().back(), 'Z');
    EXPECT_EQ(line["level"].as_string(), "info");
    EXPECT_EQ(line["rank"].as_integer(), 3);
    EXPECT_EQ(line["event"].as_string(), "run_started");
    EXPECT_EQ(line["islands"].as_integer(), 8);
    EXPECT_EQ(line["problem"].as_string(), "noop \"x\"\n");
}

TEST_F(LogTest, warnings_reach_the_file_at_once_and_the_terminal) {
    Log log(settings());
    log.debug("detail", "not wanted");
    log.info("fine", "only in the file");
    log.warning("slow_disk", "the disk is slow");
    EXPECT_EQ(lines().size(), 2U);
    EXPECT_EQ(terminal_text(), "atoll: warning: the disk is slow (rank 3)\n");
}

TEST_F(LogTest, silence_keeps_the_terminal_clean_and_the_file_full) {
    LogSettings quiet = settings();
    quiet.silent = true;
    Log log(quiet);
    log.error("lost_peer", "rank 1 is gone");
    EXPECT_EQ(terminal_text(), "");
    EXPECT_EQ(lines().size(), 1U);
}

TEST_F(LogTest, appends_to_the_log_of_an_earlier_incarnation) {
    for (int incarnation = 0; incarnation < 2; ++incarnation) Log(settings()).info("run_started", "starts");
    EXPECT_EQ(lines().size(), 2U);
}

TEST_F(LogTest, lines_of_many_threads_do_not_mix) {
    {
        Log log(settings());
        std::vector<std::thread> threads;
        for (int t = 0; t < 4; ++t) {
            threads.emplace_back([&log, t] {
                for (int i = 0; i < 500; ++i) log.info("step", std::string(100, 'x'), {{"n", t * 500 + i}});
            });
        }
        for (std::thread& thread : threads) thread.join();
    }
    std::set<std::int64_t> seen;
    for (const Json& line : lines()) seen.insert(line["n"].as_integer());
    EXPECT_EQ(seen.size(), 2000U);
}

TEST_F(LogTest, a_full_disk_is_counted_and_ends_nothing) {
    LogSettings full = settings();
    full.file = "/dev/full";
    Log log(full);
    log.error("any", "text");
    EXPECT_GT(log.write_failures(), 0U);
    EXPECT_EQ(terminal_text(), "atoll: error: text (rank 3)\n");
}

TEST_F(LogTest, a_folder_that_cannot_be_made_is_the_machines_error) {
    write_file_atomically(folder_ / "log", "a file where the folder should be");
    EXPECT_THROW(Log{settings()}, InfrastructureError);
}

TEST_F(LogTest, a_log_without_sinks_writes_nowhere) {
    Log log;
    log.error("any", "text");
    log.flush();
    EXPECT_EQ(log.write_failures(), 0U);
    log = Log(settings());
    log.warning("any", "text");
    EXPECT_EQ(lines().size(), 1U);
}

}  // namespace
}  // namespace atl
