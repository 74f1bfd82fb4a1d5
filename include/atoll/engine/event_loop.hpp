// SPDX-License-Identifier: Apache-2.0
// Drives one rank in real time: one epoll, messages tested each step with an idle back-off, never a spin.
#pragma once

#include "atoll/core/clock.hpp"
#include "atoll/engine/rank.hpp"

namespace atl::engine {

struct EventLoopOptions {
    bool poll_messages = true;  ///< false when there is one rank only: then nothing needs testing
    Nanoseconds shortest_wait = 50'000;
    Nanoseconds longest_wait = 1'000'000;
};

/// Steps the rank until it is done.
void run_event_loop(Rank& rank, const Clock& clock, const EventLoopOptions& options);

}  // namespace atl::engine
