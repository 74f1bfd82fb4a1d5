// SPDX-License-Identifier: Apache-2.0
// Where work off the loop runs: worker threads, or inline on a virtual clock.
#pragma once

#include <cstddef>
#include <functional>
#include <limits>

#include "atoll/core/clock.hpp"

namespace atl::engine {

/// `work` runs on a worker and must not throw; `complete` runs later on the loop thread, inside poll(). A task with
/// `cancelled` may be taken back before its work begins; then that runs instead of both.
struct Task {
    std::function<void()> work;
    std::function<void()> complete;
    std::function<void()> cancelled = {};
};

class Executor {
public:
    virtual ~Executor() = default;
    virtual void submit(Task task) = 0;
    /// Runs the completions that are due and returns how many; loop thread only.
    virtual std::size_t poll(Nanoseconds now) = 0;
    /// Takes back every task that can be cancelled and whose work has not begun; loop thread only.
    virtual void cancel_queued() = 0;
    /// How many tasks run at once.
    virtual std::size_t workers() const = 0;
    /// When poll() is known to have something to do; the largest Nanoseconds where only the descriptor tells.
    virtual Nanoseconds next_completion() const { return std::numeric_limits<Nanoseconds>::max(); }
    /// A descriptor that becomes readable when poll() has something to do; -1 where there is none.
    virtual int descriptor() const { return -1; }
};

}  // namespace atl::engine
