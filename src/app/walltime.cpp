// SPDX-License-Identifier: Apache-2.0
// Reads what Slurm tells of a job's end.
#include "atoll/app/walltime.hpp"

#include <algorithm>
#include <charconv>

namespace atl::app {

std::optional<Nanoseconds> walltime_end(const EnvironmentMap& environment, std::int64_t unix_seconds, Nanoseconds now) {
    const auto found = environment.find("SLURM_JOB_END_TIME");
    if (found == environment.end()) return std::nullopt;
    const std::string& text = found->second;
    std::int64_t end = 0;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), end);
    if (error != std::errc() || stop != text.data() + text.size() || end <= 0) return std::nullopt;
    // A job without a limit ends "in a year": no more than that is worth knowing.
    constexpr std::int64_t longest = 10LL * 365 * 24 * 3600;
    return now + std::clamp<std::int64_t>(end - unix_seconds, 0, longest) * nanoseconds_per_second;
}

double walltime_margin_seconds(double asked, Nanoseconds end, Nanoseconds now) {
    return std::min(asked, to_seconds(std::max<Nanoseconds>(end - now, 0)) / 4);
}

}  // namespace atl::app
