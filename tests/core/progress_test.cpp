// SPDX-License-Identifier: Apache-2.0
// What a terminal and a file see of the progress line, on a virtual clock.
#include "atoll/core/progress.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <pty.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <string>

namespace atl {
namespace {

/// A pipe or pseudo-terminal whose far end can be read without waiting.
class FarEnd {
public:
    explicit FarEnd(bool pseudo_terminal) {
        unsetenv("ATOLL_PROGRESS");  // what the shell that runs the tests may have set
        std::array<int, 2> ends{};
        winsize size{};
        size.ws_col = 20;
        const bool made =
            pseudo_terminal ? openpty(&ends[0], &ends[1], nullptr, nullptr, &size) == 0 : pipe(ends.data()) == 0;
        if (!made) std::abort();
        read_end_ = ends[0];
        write_end_ = ends[1];
        fcntl(read_end_, F_SETFL, O_NONBLOCK);
    }
    FarEnd(const FarEnd&) = delete;
    FarEnd& operator=(const FarEnd&) = delete;
    ~FarEnd() {
        close(read_end_);
        close_write_end();
    }
    int descriptor() const { return write_end_; }
    void close_write_end() {
        if (write_end_ >= 0) close(write_end_);
        write_end_ = -1;
    }
    /// What arrived since the last call.
    std::string take() const {
        std::string text(10'000, '\0');
        const ssize_t got = read(read_end_, text.data(), text.size());
        text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
        return text;
    }

private:
    int read_end_ = -1;
    int write_end_ = -1;
};

TEST(ProgressLine, rewrites_one_line_on_a_terminal_at_most_every_tenth_of_a_second) {
    const FarEnd far(false);
    VirtualClock clock;
    ProgressLine progress(clock, {.descriptor = far.descriptor(), .mode = TerminalMode::terminal, .width = 80});
    progress.update("one");
    EXPECT_EQ(far.take(), "\rone\x1b[K");
    EXPECT_FALSE(progress.due());
    clock.advance_to(from_seconds(0.099));
    progress.update("two");
    EXPECT_EQ(far.take(), "");
    clock.advance_to(from_seconds(0.1));
    EXPECT_TRUE(progress.due());
    progress.update("three");
    EXPECT_EQ(far.take(), "\rthree\x1b[K");
}

TEST(ProgressLine, finish_shows_the_line_held_back_and_leaves_a_clean_one) {
    const FarEnd far(false);
    VirtualClock clock;
    ProgressLine progress(clock, {.descriptor = far.descriptor(), .mode = TerminalMode::terminal, .width = 80});
    progress.update("one");
    progress.update("last");
    far.take();
    progress.finish();
    EXPECT_EQ(far.take(), "\rlast\x1b[K\n");
    progress.finish();
    EXPECT_EQ(far.take(), "");
}

TEST(ProgressLine, never_wraps_and_never_breaks_a_line_or_a_letter) {
    const FarEnd far(false);
    VirtualClock clock;
    ProgressLine progress(clock, {.descriptor = far.descriptor(), .mode = TerminalMode::terminal, .width = 6});
    progress.update("a\nbééééé");
    EXPECT_EQ(far.take(), "\ra béé\x1b[K");
}

TEST(ProgressLine, a_lasting_line_stands_above) {
    const FarEnd far(false);
    VirtualClock clock;
    ProgressLine progress(clock, {.descriptor = far.descriptor(), .mode = TerminalMode::terminal, .width = 80});
    progress.print("first");
    EXPECT_EQ(far.take(), "first\n");
    progress.update("step 1");
    far.take();
    progress.print("new best");
    EXPECT_EQ(far.take(), "\r\x1b[Knew best\nstep 1");
}

TEST(ProgressLine, gives_plain_lines_now_and_then_when_not_on_a_terminal) {
    const FarEnd far(false);
    VirtualClock clock;
    ProgressLine progress(clock, {.descriptor = far.descriptor()});
    EXPECT_FALSE(progress.on_terminal());
    progress.update("one");
    clock.advance_to(from_seconds(9.9));
    progress.update("two");
    EXPECT_EQ(far.take(), "one\n");
    clock.advance_to(from_seconds(10));
    progress.update("three");
    progress.print("news");
    progress.update("four");
    progress.finish();
    EXPECT_EQ(far.take(), "three\nnews\nfour\n");
}

TEST(ProgressLine, knows_a_terminal_and_its_width) {
    const FarEnd far(true);
    ASSERT_EQ(setenv("TERM", "xterm", 1), 0);
    VirtualClock clock;
    ProgressLine progress(clock, {.descriptor = far.descriptor()});
    EXPECT_TRUE(progress.on_terminal());
    progress.update(std::string(50, 'x'));
    EXPECT_EQ(far.take(), '\r' + std::string(19, 'x') + "\x1b[K");
    ASSERT_EQ(setenv("TERM", "dumb", 1), 0);
    EXPECT_FALSE(ProgressLine(clock, {.descriptor = far.descriptor()}).on_terminal());
}

TEST(ProgressLine, a_launcher_that_hides_the_terminal_can_name_it_and_its_width) {
    const FarEnd far(false);
    VirtualClock clock;
    ASSERT_EQ(setenv("ATOLL_PROGRESS", "terminal", 1), 0);
    ASSERT_EQ(setenv("COLUMNS", "11", 1), 0);
    {
        ProgressLine progress(clock, {.descriptor = far.descriptor()});
        EXPECT_TRUE(progress.on_terminal());
        progress.update(std::string(50, 'x'));
        EXPECT_EQ(far.take(), '\r' + std::string(10, 'x') + "\x1b[K");
    }
    const FarEnd pseudo_terminal(true);
    ASSERT_EQ(setenv("ATOLL_PROGRESS", "plain", 1), 0);
    EXPECT_FALSE(ProgressLine(clock, {.descriptor = pseudo_terminal.descriptor()}).on_terminal());
    unsetenv("ATOLL_PROGRESS");
    unsetenv("COLUMNS");
}

TEST(ProgressLine, its_end_finishes_the_line) {
    const FarEnd far(false);
    VirtualClock clock;
    {
        ProgressLine progress(clock, {.descriptor = far.descriptor(), .mode = TerminalMode::terminal, .width = 80});
        progress.update("one");
    }
    EXPECT_EQ(far.take(), "\rone\x1b[K\n");
}

TEST(ProgressLine, a_closed_terminal_is_ignored) {
    FarEnd far(false);
    VirtualClock clock;
    ProgressLine progress(clock, {.descriptor = far.descriptor(), .mode = TerminalMode::terminal, .width = 80});
    far.close_write_end();
    progress.update("one");
    progress.print("two");
    progress.finish();
    SUCCEED();
}

}  // namespace
}  // namespace atl
