// SPDX-License-Identifier: Apache-2.0
// What is to happen at which time, in order; setting and cancelling cost the logarithm of how many there are.
#pragma once

#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <utility>

#include "atoll/core/clock.hpp"

namespace atl::llm {

class TimerQueue {
    using Entries = std::multimap<Nanoseconds, std::function<void()>>;

public:
    /// One place of an owner's for a timer that is set or not; the queue outlives it.
    using Timer = std::optional<Entries::iterator>;

    void set(Timer& timer, Nanoseconds when, std::function<void()> action) {
        cancel(timer);
        timer = entries_.emplace(when, [&timer, run = std::move(action)] {
            timer.reset();
            run();
        });
    }
    void cancel(Timer& timer) {
        if (timer) entries_.erase(*timer);
        timer.reset();
    }
    void run_due(Nanoseconds now) {
        while (!entries_.empty() && entries_.begin()->first <= now) {
            const auto due = entries_.extract(entries_.begin());
            due.mapped()();
        }
    }
    Nanoseconds next() const {
        return entries_.empty() ? std::numeric_limits<Nanoseconds>::max() : entries_.begin()->first;
    }

private:
    Entries entries_;
};

}  // namespace atl::llm
