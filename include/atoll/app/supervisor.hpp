// SPDX-License-Identifier: Apache-2.0
// `atoll evolve --restarts N`: a plain process that starts the ranks and goes on after a loss.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "atoll/app/evolve.hpp"

namespace atl::app {

struct SupervisorRequest {
    SearchRequest search;
    bool resuming = false;                ///< `resume`, not `evolve`
    std::uint32_t restarts = 0;           ///< how often it goes on after a loss
    std::optional<std::string> launcher;  ///< command line before `atoll`; empty text: one rank without a launcher
};

/// True when this process is to supervise and not to be a rank itself. In a rank that a launcher started the request is
/// without effect; rank 0 says so.
bool is_to_supervise(const SupervisorRequest& request);

/// Starts the launcher, passes on what it and the ranks write, and runs `resume` after each loss: a rank or the
/// launcher was killed, or the run ended with infrastructure (5). Gives up with 5 after `restarts`, or when two
/// restarts in a row acknowledged nothing new. Signals (INT, TERM, USR1, USR2) become RUN/stop; the launcher is ended
/// 20 s later, or at once at the second signal. Never starts MPI itself; leaves no process behind on this host.
ExitCode supervise(const SupervisorRequest& request);

}  // namespace atl::app
