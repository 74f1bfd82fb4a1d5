// SPDX-License-Identifier: Apache-2.0
// Rates hold over time, whatever the sizes.
#include "llm/rate_limit.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace atl::llm {
namespace {

constexpr Nanoseconds second = nanoseconds_per_second;

TEST(RateLimit, NoneIsNone) {
    RateLimit limit(0);
    for (int i = 0; i < 1000; ++i) {
        EXPECT_EQ(limit.ready_at(1e9, 7), 7);
        limit.take(1e9, 7);
    }
}

TEST(RateLimit, HoldsOverAMinuteWhateverTheSizes) {
    for (const double units : {1.0, 7.0, 250.0, 5000.0}) {
        RateLimit limit(6000);
        Nanoseconds now = 12345;
        double taken = 0;
        const Nanoseconds end = now + 60 * second;
        while (true) {
            now = std::max(now, limit.ready_at(units, now));
            if (now >= end) break;
            limit.take(units, now);
            taken += units;
        }
        EXPECT_LE(taken, 6000 + 100 + units) << "a second's burst, and one that leaves a debt";
        EXPECT_GE(taken, 6000 - units);
    }
}

TEST(RateLimit, IdleTimeDoesNotPileUp) {
    RateLimit limit(60);
    limit.take(1, 0);
    EXPECT_EQ(limit.ready_at(1, 0), second);
    limit.take(1, 1000 * second);
    EXPECT_EQ(limit.ready_at(1, 1000 * second), 1001 * second);
}

}  // namespace
}  // namespace atl::llm
