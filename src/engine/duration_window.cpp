// SPDX-License-Identifier: Apache-2.0
// A ring of durations; the percentile is found when it is asked for.
#include "atoll/engine/duration_window.hpp"

#include <algorithm>

namespace atl::engine {

void DurationWindow::add(double seconds) {
    if (seconds_.size() < capacity_) {
        seconds_.push_back(seconds);
    } else {
        seconds_[next_] = seconds;
        next_ = (next_ + 1) % capacity_;
    }
    is_current_ = false;
}

double DurationWindow::percentile_95() const {
    if (is_current_) return percentile_;
    is_current_ = true;
    std::vector<double> sorted = seconds_;
    const auto place = sorted.begin() + static_cast<std::ptrdiff_t>((sorted.size() * 95 - 1) / 100);
    std::nth_element(sorted.begin(), place, sorted.end());
    percentile_ = *place;
    return percentile_;
}

}  // namespace atl::engine
