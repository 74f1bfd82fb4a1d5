// SPDX-License-Identifier: Apache-2.0
// The bucket's level is computed when asked for: nothing runs in between.
#include "llm/rate_limit.hpp"

#include <algorithm>
#include <cmath>

namespace atl::llm {

RateLimit::RateLimit(double units_per_minute)
    : per_second_(units_per_minute / 60), capacity_(std::max(1.0, per_second_)), level_(capacity_) {}

double RateLimit::level_at(Nanoseconds now) const {
    if (!is_used_) return capacity_;
    return std::min(capacity_, level_ + to_seconds(std::max<Nanoseconds>(now - filled_at_, 0)) * per_second_);
}

Nanoseconds RateLimit::ready_at(double units, Nanoseconds now) const {
    if (per_second_ <= 0) return now;
    const double missing = std::min(units, capacity_) - level_at(now);
    constexpr double rounding = 1e-9;  // else a bucket that is full but for an ulp never gets there
    if (missing <= rounding) return now;
    return now + static_cast<Nanoseconds>(std::ceil(missing / per_second_ * 1e9));
}

void RateLimit::take(double units, Nanoseconds now) {
    if (per_second_ <= 0) return;
    level_ = level_at(now) - units;
    filled_at_ = now;
    is_used_ = true;
}

}  // namespace atl::llm
