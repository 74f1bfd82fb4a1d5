// SPDX-License-Identifier: Apache-2.0
// How long evaluations have taken of late: what tells whether one more fits into the time that is left.
#pragma once

#include <cstddef>
#include <vector>

namespace atl::engine {

/// The last `capacity` durations.
class DurationWindow {
public:
    explicit DurationWindow(std::size_t capacity = 512) : capacity_(capacity) {}

    void add(double seconds);
    /// Seconds that 95 of 100 stay within; 0 while nothing is known.
    double percentile_95() const;

private:
    std::size_t capacity_;
    std::size_t next_ = 0;
    std::vector<double> seconds_;
    mutable double percentile_ = 0;
    mutable bool is_current_ = true;
};

}  // namespace atl::engine
