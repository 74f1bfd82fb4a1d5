// SPDX-License-Identifier: Apache-2.0
// The structured log: JSON lines in a file for tools, warnings on the terminal for people.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string_view>

#include "atoll/core/json.hpp"

namespace atl {

enum class LogLevel : std::uint8_t { debug = 0, info = 1, warning = 2, error = 3 };

std::string_view to_string(LogLevel level);

struct LogSettings {
    std::filesystem::path file;  ///< RUN/log/<name>.jsonl, appended to; empty: no file
    LogLevel file_level = LogLevel::info;
    LogLevel terminal_level = LogLevel::warning;
    bool silent = false;  ///< nothing on the terminal
    int terminal = 2;     ///< file descriptor of the human lines
    std::uint32_t rank = 0;
};

/// Thread-safe. A log never throws after construction: a line that cannot be written (disk full) is lost and
/// the failure counted, since losing a log line must not end a run.
class Log {
public:
    /// Writes nowhere.
    Log();
    /// Creates the file and its folder; InfrastructureError when that fails.
    explicit Log(const LogSettings& settings);
    ~Log();
    Log(Log&&) noexcept;
    Log& operator=(Log&&) noexcept;

    /// One line {"time", "level", "rank", "event", "text", ...fields}; `event` is a stable snake_case name.
    void write(LogLevel level, std::string_view event, std::string_view text, const Json::Object& fields = {});
    void debug(std::string_view event, std::string_view text, const Json::Object& fields = {});
    void info(std::string_view event, std::string_view text, const Json::Object& fields = {});
    void warning(std::string_view event, std::string_view text, const Json::Object& fields = {});
    void error(std::string_view event, std::string_view text, const Json::Object& fields = {});

    /// Hands buffered lines to the kernel; warnings and errors are handed over at once.
    void flush();
    /// Writes to the file that failed.
    std::uint64_t write_failures() const;

private:
    struct Sinks;
    std::unique_ptr<Sinks> sinks_;
};

}  // namespace atl
