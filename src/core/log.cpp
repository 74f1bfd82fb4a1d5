// SPDX-License-Identifier: Apache-2.0
// The structured log on spdlog's sinks, the only file that includes it.
#include "atoll/core/log.hpp"

#include <fmt/format.h>
#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <ctime>
#include <string>
#include <system_error>

#include "atoll/core/error.hpp"

namespace atl {
namespace {

/// UTC with milliseconds: a log line's time must tell lines of one second apart.
std::string log_timestamp() {
    const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
    const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(since_epoch).count();
    const std::time_t seconds = static_cast<std::time_t>(milliseconds / 1000);
    std::tm utc{};
    gmtime_r(&seconds, &utc);
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday,
                       utc.tm_hour, utc.tm_min, utc.tm_sec, milliseconds % 1000);
}

void write_ignoring_failure(int descriptor, std::string_view text) {
    while (!text.empty()) {
        const ssize_t written = ::write(descriptor, text.data(), text.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return;
        text.remove_prefix(static_cast<std::size_t>(written));
    }
}

/// Ours decides what is written; spdlog only needs to know what to flush at once.
spdlog::level::level_enum spdlog_level(LogLevel level) {
    return level >= LogLevel::warning ? spdlog::level::warn : spdlog::level::info;
}

}  // namespace

std::string_view to_string(LogLevel level) {
    switch (level) {
        case LogLevel::debug:
            return "debug";
        case LogLevel::info:
            return "info";
        case LogLevel::warning:
            return "warning";
        case LogLevel::error:
            return "error";
    }
    return "unknown";
}

struct Log::Sinks {
    LogSettings settings;
    std::atomic<std::uint64_t> failures{0};
    std::unique_ptr<spdlog::logger> file;  // null without a file; its sink has a lock of its own

    void open_file() {
        auto sink = std::make_shared<spdlog::sinks::basic_file_sink_mt>(settings.file.string());
        file = std::make_unique<spdlog::logger>(settings.file.filename().string(), std::move(sink));
        file->set_formatter(std::make_unique<spdlog::pattern_formatter>("%v"));  // the line as it is
        file->set_level(spdlog::level::trace);
        file->flush_on(spdlog::level::warn);
        file->set_error_handler([this](const std::string&) { ++failures; });
    }
};

Log::Log() = default;
Log::~Log() = default;
Log::Log(Log&&) noexcept = default;
Log& Log::operator=(Log&&) noexcept = default;

Log::Log(const LogSettings& settings) : sinks_(std::make_unique<Sinks>()) {
    sinks_->settings = settings;
    if (settings.file.empty()) return;
    try {
        std::filesystem::create_directories(settings.file.parent_path());
        sinks_->open_file();
    } catch (const std::exception& error) {
        throw InfrastructureError(fmt::format("{}: cannot open the log: {}", settings.file.string(), error.what()));
    }
}

void Log::write(LogLevel level, std::string_view event, std::string_view text, const Json::Object& fields) {
    if (sinks_ == nullptr) return;
    const LogSettings& settings = sinks_->settings;
    if (sinks_->file != nullptr && level >= settings.file_level) {
        Json line;
        line.set("time", log_timestamp());
        line.set("level", to_string(level));
        line.set("rank", settings.rank);
        line.set("event", event);
        line.set("text", text);
        for (const auto& [name, value] : fields) line.set(name, value);
        sinks_->file->log(spdlog_level(level), line.dump());
    }
    if (!settings.silent && level >= settings.terminal_level) {
        // one write, so that lines of several threads and ranks do not mix
        write_ignoring_failure(settings.terminal,
                               fmt::format("atoll: {}: {} (rank {})\n", to_string(level), text, settings.rank));
    }
}

void Log::debug(std::string_view event, std::string_view text, const Json::Object& fields) {
    write(LogLevel::debug, event, text, fields);
}
void Log::info(std::string_view event, std::string_view text, const Json::Object& fields) {
    write(LogLevel::info, event, text, fields);
}
void Log::warning(std::string_view event, std::string_view text, const Json::Object& fields) {
    write(LogLevel::warning, event, text, fields);
}
void Log::error(std::string_view event, std::string_view text, const Json::Object& fields) {
    write(LogLevel::error, event, text, fields);
}

void Log::flush() {
    if (sinks_ != nullptr && sinks_->file != nullptr) sinks_->file->flush();
}

std::uint64_t Log::write_failures() const { return sinks_ == nullptr ? 0 : sinks_->failures.load(); }

}  // namespace atl
