// SPDX-License-Identifier: Apache-2.0
// The machine's clocks.
#include "atoll/core/clock.hpp"

#include <fmt/format.h>

#include <ctime>

namespace atl {

Nanoseconds MonotonicClock::now() const {
    std::timespec instant{};
    clock_gettime(CLOCK_MONOTONIC, &instant);
    return static_cast<Nanoseconds>(instant.tv_sec) * nanoseconds_per_second + instant.tv_nsec;
}

std::string utc_timestamp() {
    const std::time_t now = std::time(nullptr);
    std::tm utc{};
    gmtime_r(&now, &utc);
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday,
                       utc.tm_hour, utc.tm_min, utc.tm_sec);
}

}  // namespace atl
