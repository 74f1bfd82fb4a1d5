// SPDX-License-Identifier: Apache-2.0
// Numbers as people read them.
#include "atoll/report/numbers.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace atl::report {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

TEST(Numbers, exact_ones_keep_every_digit_that_matters) {
    EXPECT_EQ(exact_number(2.635983084917301), "2.635983084917301");
    EXPECT_EQ(exact_number(0.1), "0.1");
    EXPECT_EQ(exact_number(not_a_number), "-");
    EXPECT_EQ(exact_number(infinity), "-");
}

TEST(Numbers, short_ones_round) {
    EXPECT_EQ(short_number(123456.7, 3), "1.23e+05");
    EXPECT_EQ(short_number(0.000123456, 2), "0.00012");
    EXPECT_EQ(short_number(-infinity), "-");
}

TEST(Numbers, counts_are_grouped_by_thousands) {
    EXPECT_EQ(count_number(0), "0");
    EXPECT_EQ(count_number(999), "999");
    EXPECT_EQ(count_number(1000), "1,000");
    EXPECT_EQ(count_number(1234567), "1,234,567");
    EXPECT_EQ(count_number(std::numeric_limits<std::uint64_t>::max()), "18,446,744,073,709,551,615");
}

TEST(Numbers, a_share_of_nothing_is_no_number) {
    EXPECT_EQ(share(1, 8), "12.5 %");
    EXPECT_EQ(share(0, 8), "0.0 %");
    EXPECT_EQ(share(0, 0), "-");
}

TEST(Numbers, durations_change_their_unit_without_a_sixtieth_second) {
    EXPECT_EQ(duration(0), "0.00 s");
    EXPECT_EQ(duration(9.99), "9.99 s");
    EXPECT_EQ(duration(9.996), "10.0 s");
    EXPECT_EQ(duration(119.94), "119.9 s");
    EXPECT_EQ(duration(119.96), "2 min 00 s");
    EXPECT_EQ(duration(179.7), "3 min 00 s");
    EXPECT_EQ(duration(725), "12 min 05 s");
    EXPECT_EQ(duration(7200), "2 h 00 min");
    EXPECT_EQ(duration(3 * 3600 + 7 * 60 + 31), "3 h 08 min");
    EXPECT_EQ(duration(-1), "-");
    EXPECT_EQ(duration(not_a_number), "-");
    EXPECT_EQ(duration(1e300), "1e+300 s");
}

TEST(Numbers, an_interval_shows_both_ends_unless_they_are_one) {
    EXPECT_EQ(interval({1.5, 1.75}), "[1.5, 1.75]");
    EXPECT_EQ(interval({2, 2}), "[2, 2]");
    EXPECT_EQ(interval({1, infinity}), "[1, inf]");
    EXPECT_EQ(interval({}), "-");
}

}  // namespace
}  // namespace atl::report
