// SPDX-License-Identifier: Apache-2.0
// The request to stop as a file: written by `atoll stop` and the supervisor, seen by rank 0.
#include "atoll/app/stop_file.hpp"

#include <unistd.h>

#include <limits>
#include <system_error>
#include <utility>

#include "atoll/core/clock.hpp"
#include "atoll/core/error.hpp"
#include "atoll/core/file.hpp"
#include "atoll/core/json.hpp"

namespace atl::app {

namespace {

constexpr Nanoseconds interval = nanoseconds_per_second;
constexpr std::uint64_t largest_request_bytes = 4096;

/// Any file of that name is a request, whoever made it and whatever it holds.
std::string text_of(const std::filesystem::path& path) {
    try {
        return parse_json(read_text_file(path, largest_request_bytes), "stop")["text"].as_string();
    } catch (const Error&) {
        return "RUN/stop";
    }
}

}  // namespace

void ask_to_stop(const RunDirectory& run, const std::string& text) {
    Json request;
    request.set("text", text);
    request.set("time", utc_timestamp());
    request.set("host", host_name());
    request.set("pid", static_cast<std::int64_t>(getpid()));
    write_file_atomically(run.stop(), request.dump() + "\n");
}

void clear_stop_request(const RunDirectory& run) {
    std::error_code ignored;
    std::filesystem::remove(run.stop(), ignored);
}

StopFile::StopFile(const RunDirectory& run, std::function<void(const std::string&)> callback)
    : path_(run.stop()), callback_(std::move(callback)) {}

void StopFile::poll(Nanoseconds now) {
    if (now < next_look_) return;
    next_look_ = now + interval;
    std::error_code ignored;
    if (!std::filesystem::exists(path_, ignored)) return;
    next_look_ = std::numeric_limits<Nanoseconds>::max();
    callback_(text_of(path_));
}

}  // namespace atl::app
