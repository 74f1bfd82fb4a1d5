// SPDX-License-Identifier: Apache-2.0
// The progress line by plain escape codes.
#include "atoll/core/progress.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <system_error>

namespace atl {
namespace {

constexpr std::string_view clear_to_end_of_line = "\x1b[K";

void write_ignoring_failure(int descriptor, std::string_view text) {
    while (!text.empty()) {
        const ssize_t written = ::write(descriptor, text.data(), text.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return;
        text.remove_prefix(static_cast<std::size_t>(written));
    }
}

/// Empty when the variable is not set.
std::string_view environment_value(const char* name) {
    const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nothing here sets variables
    return value == nullptr ? std::string_view() : std::string_view(value);
}

bool looks_like_terminal(int descriptor) {
    // a launcher such as mpirun puts a pipe between a rank and the terminal; its caller knows better
    const std::string_view told = environment_value("ATOLL_PROGRESS");
    if (told == "terminal" || told == "plain") return told == "terminal";
    const std::string_view term = environment_value("TERM");
    return ::isatty(descriptor) == 1 && !term.empty() && term != "dumb";
}

/// COLUMNS, as shells and quickstart set it, or the usual 80.
std::size_t width_without_terminal() {
    constexpr std::size_t usual_width = 80;
    const std::string_view text = environment_value("COLUMNS");
    std::size_t width = 0;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), width);
    const bool whole = !text.empty() && error == std::errc{} && stop == text.data() + text.size();
    return whole && width > 0 ? width : usual_width;
}

/// The first `columns` code points (taken as one column each), with line breaks as blanks.
std::string fitted(std::string_view line, std::size_t columns) {
    std::string out;
    std::size_t used = 0;
    for (const char c : line) {
        const bool continues_code_point = (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
        if (!continues_code_point && ++used > columns) break;
        out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    }
    return out;
}

}  // namespace

ProgressLine::ProgressLine(const Clock& clock, ProgressSettings settings) : clock_(clock), settings_(settings) {
    terminal_ = settings_.mode == TerminalMode::terminal ||
                (settings_.mode == TerminalMode::automatic && looks_like_terminal(settings_.descriptor));
}

ProgressLine::~ProgressLine() { finish(); }

std::size_t ProgressLine::columns() const {
    std::size_t width = settings_.width;
    if (width == 0) {
        winsize size{};
        const bool known = ::ioctl(settings_.descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
        width = known ? size.ws_col : width_without_terminal();
    }
    return width > 1 ? width - 1 : 1;  // the last column would wrap on some terminals
}

bool ProgressLine::due() const {
    if (!shown_once_) return true;
    const double interval = terminal_ ? settings_.terminal_interval_seconds : settings_.plain_interval_seconds;
    return clock_.now() - last_shown_ >= from_seconds(interval);
}

void ProgressLine::update(std::string_view line) {
    if (due()) {
        show(line);
        return;
    }
    kept_ = line;
    kept_is_shown_ = false;
}

void ProgressLine::show(std::string_view line) {
    if (terminal_) {
        write_ignoring_failure(settings_.descriptor,
                               '\r' + fitted(line, columns()) + std::string(clear_to_end_of_line));
        line_open_ = true;
    } else {
        write_ignoring_failure(settings_.descriptor, std::string(line) + '\n');
    }
    kept_ = line;
    kept_is_shown_ = true;
    shown_once_ = true;
    last_shown_ = clock_.now();
}

void ProgressLine::print(std::string_view line) {
    const bool had_line = line_open_;
    std::string out;
    if (had_line) out = '\r' + std::string(clear_to_end_of_line);
    out += line;
    out += '\n';
    write_ignoring_failure(settings_.descriptor, out);
    if (had_line) write_ignoring_failure(settings_.descriptor, fitted(kept_, columns()));
}

void ProgressLine::finish() {
    if (!kept_is_shown_) show(std::string(kept_));
    if (line_open_) write_ignoring_failure(settings_.descriptor, "\n");
    line_open_ = false;
    shown_once_ = false;
}

}  // namespace atl
