// SPDX-License-Identifier: Apache-2.0
// A token bucket: so many units a minute, with a burst of a second's worth.
#pragma once

#include "atoll/core/clock.hpp"

namespace atl::llm {

/// A request may be larger than the bucket: it goes when the bucket is full and leaves a debt, so that the rate holds
/// over time. Units are requests or tokens.
class RateLimit {
public:
    /// 0: no limit.
    explicit RateLimit(double units_per_minute);

    /// When `units` may be taken: `now` or later.
    Nanoseconds ready_at(double units, Nanoseconds now) const;
    void take(double units, Nanoseconds now);

private:
    double level_at(Nanoseconds now) const;

    double per_second_;
    double capacity_;
    double level_;
    Nanoseconds filled_at_ = 0;
    bool is_used_ = false;
};

}  // namespace atl::llm
