// SPDX-License-Identifier: Apache-2.0
// The live progress line: rewritten in place on a terminal, now and then a plain line otherwise.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "atoll/core/clock.hpp"

namespace atl {

enum class TerminalMode : std::uint8_t { automatic, terminal, plain };

struct ProgressSettings {
    int descriptor = 2;
    TerminalMode mode =
        TerminalMode::automatic;  ///< automatic: terminal when the descriptor is one and TERM is not dumb
    std::size_t width = 0;        ///< columns; 0: the terminal's at each line; without one COLUMNS, or 80
    double terminal_interval_seconds = 0.1;
    double plain_interval_seconds = 10;
};

/// Invariant: on a terminal the cursor stands at the end of the line last shown, or at column 0 of an empty line.
/// Not thread-safe. Failed writes are ignored: a closed terminal must not end a run.
class ProgressLine {
public:
    ProgressLine(const Clock& clock, ProgressSettings settings = {});
    ProgressLine(const ProgressLine&) = delete;
    ProgressLine& operator=(const ProgressLine&) = delete;
    /// As finish().
    ~ProgressLine();

    /// Shows `line` if the interval has passed since the last one shown; otherwise keeps it for finish().
    void update(std::string_view line);
    /// True when update() would show a line now; spares formatting it otherwise.
    bool due() const;
    /// A lasting line above the progress line, shown at once.
    void print(std::string_view line);
    /// Shows the last line kept and ends it with a newline. Later updates start a new one.
    void finish();

    bool on_terminal() const { return terminal_; }

private:
    void show(std::string_view line);
    std::size_t columns() const;

    const Clock& clock_;
    ProgressSettings settings_;
    bool terminal_ = false;
    bool shown_once_ = false;
    bool line_open_ = false;
    Nanoseconds last_shown_ = 0;
    std::string kept_;
    bool kept_is_shown_ = true;
};

}  // namespace atl
