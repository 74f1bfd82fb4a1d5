// SPDX-License-Identifier: Apache-2.0
// What a rank looks like to whoever drives it: an event loop over MPI, or the simulated network.
#pragma once

#include <limits>

#include "atoll/core/clock.hpp"

namespace atl::transport {

/// A wake-up that never comes: only a message (or a finished send) can bring the rank back.
constexpr Nanoseconds never = std::numeric_limits<Nanoseconds>::max();

struct StepResult {
    bool done = false;            ///< this rank takes part no longer; it need not be stepped again
    Nanoseconds wake_at = never;  ///< when to step again if nothing arrives before; in the past: as soon as possible
};

/// One rank of a protocol. A step does what can be done now and returns; it never waits.
/// Stepping earlier than asked, or once more after `done`, must be harmless.
class Steppable {
public:
    virtual ~Steppable() = default;
    virtual StepResult step(Nanoseconds now) = 0;
};

}  // namespace atl::transport
