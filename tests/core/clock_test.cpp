// SPDX-License-Identifier: Apache-2.0
// Clocks that never run backwards.
#include "atoll/core/clock.hpp"

#include <gtest/gtest.h>

#include <string>

namespace atl {
namespace {

TEST(MonotonicClock, never_runs_backwards) {
    const MonotonicClock clock;
    Nanoseconds last = clock.now();
    for (int i = 0; i < 10'000; ++i) {
        const Nanoseconds now = clock.now();
        ASSERT_GE(now, last);
        last = now;
    }
}

TEST(VirtualClock, moves_when_told_and_never_back) {
    VirtualClock clock;
    EXPECT_EQ(clock.now(), 0);
    clock.advance_to(from_seconds(2.5));
    EXPECT_DOUBLE_EQ(to_seconds(clock.now()), 2.5);
    clock.advance_to(1);
    EXPECT_DOUBLE_EQ(to_seconds(clock.now()), 2.5);
}

TEST(UtcTimestamp, has_the_form_of_rfc_3339) {
    const std::string text = utc_timestamp();
    std::string form;
    for (const char c : text) form += c >= '0' && c <= '9' ? '9' : c;
    EXPECT_EQ(form, "9999-99-99T99:99:99Z") << text;
    EXPECT_EQ(text.substr(0, 2), "20");
}

}  // namespace
}  // namespace atl
