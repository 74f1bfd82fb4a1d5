// SPDX-License-Identifier: Apache-2.0
// Anything besides messages and workers that the loop must look after: signals, children, timers.
#pragma once

#include <limits>

#include "atoll/core/clock.hpp"

namespace atl::engine {

class Source {
public:
    virtual ~Source() = default;
    /// Called each step; must return fast.
    virtual void poll(Nanoseconds now) = 0;
    /// Becomes readable when poll() has something to do; -1 where there is none.
    virtual int descriptor() const { return -1; }
    /// When poll() wants to be called at the latest.
    virtual Nanoseconds wake_at() const { return std::numeric_limits<Nanoseconds>::max(); }
};

}  // namespace atl::engine
