// SPDX-License-Identifier: Apache-2.0
// When the scheduler takes the machine away.
#pragma once

#include <cstdint>
#include <optional>

#include "atoll/core/clock.hpp"
#include "atoll/core/options.hpp"

namespace atl::app {

/// The end of the Slurm job (SLURM_JOB_END_TIME, seconds of Unix time) by a clock that reads `now` when Unix time is
/// `unix_seconds`; none outside Slurm or where Slurm does not say.
std::optional<Nanoseconds> walltime_end(const EnvironmentMap& environment, std::int64_t unix_seconds, Nanoseconds now);

/// What of the time left is kept free for the end: `asked`, but never more than a quarter of it.
double walltime_margin_seconds(double asked, Nanoseconds end, Nanoseconds now);

}  // namespace atl::app
