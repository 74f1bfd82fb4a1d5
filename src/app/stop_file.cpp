// SPDX-License-Identifier: Apache-2.0
// The request to stop as a file: written by `atoll stop` and the supervisor, seen by rank 0.
#include "atoll/app/stop_file.hpp"

#include <unistd.h>

#include <limits>
#include <system_error>
#include <utility>

#include "atoll/core/clock.hpp"
#include "atoll/core/file.hpp"
#include "atoll/core/json.hpp"

namespace atl::app {

namespace {

constexpr Nanoseconds interval = nanoseconds_per_second;

}  // namespace

void ask_to_stop(const RunDirectory& run) {
    Json request;
    request.set("time", utc_timestamp());
    request.set("host", host_name());
    request.set("pid", static_cast<std::int64_t>(getpid()));
    write_file_atomically(run.stop(), request.dump() + "\n");
}

void clear_stop_request(const RunDirectory& run) {
    std::error_code ignored;
    std::filesystem::remove(run.stop(), ignored);
}

StopFile::StopFile(const RunDirectory& run, std::function<void()> callback)
    : path_(run.stop()), callback_(std::move(callback)) {}

void StopFile::poll(Nanoseconds now) {
    if (now < next_look_) return;
    next_look_ = now + interval;
    std::error_code ignored;
    if (!std::filesystem::exists(path_, ignored)) return;
    next_look_ = std::numeric_limits<Nanoseconds>::max();
    callback_();
}

}  // namespace atl::app
