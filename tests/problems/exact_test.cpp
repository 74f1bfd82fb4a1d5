// SPDX-License-Identifier: Apache-2.0
// Doubles as scaled integers and intervals rounded outwards.
#include "problems/exact.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>

#include "atoll/core/random.hpp"
#include "problems/rational.hpp"

namespace atl::problems {
namespace {

TEST(Exact, brings_every_double_back_from_its_integer) {
    RandomStream random(1, 0, 0, 0, StreamPurpose::test);
    for (int round = 0; round < 500; ++round) {
        const double value = std::ldexp(random.uniform(), 20 - static_cast<int>(random.below(1095)));
        const std::array<double, 2> values = {value, std::ldexp(random.uniform(), -static_cast<int>(random.below(60)))};
        const int exponent = common_exponent(values);
        const Score score = enclose(scaled(value, exponent), exponent);
        EXPECT_EQ(score.lower, value);
        EXPECT_EQ(score.upper, value);
        EXPECT_EQ(scaled(-value, exponent), -scaled(value, exponent));
    }
}

TEST(Exact, finds_the_coarsest_common_unit) {
    EXPECT_EQ(common_exponent(std::array<double, 2>{0.0, 0.0}), 0);
    EXPECT_EQ(common_exponent(std::array<double, 3>{0.0, 4.0, 24.0}), 2);
    EXPECT_EQ(common_exponent(std::array<double, 2>{1.0, std::numeric_limits<double>::denorm_min()}), -1074);
}

TEST(Exact, rounds_sums_outwards) {
    const std::array<double, 2> values = {1.0, 0x1p-80};
    const int exponent = common_exponent(values);
    const Score score = enclose(scaled(values[0], exponent) + scaled(values[1], exponent), exponent);
    EXPECT_EQ(score.lower, 1.0);
    EXPECT_EQ(score.upper, std::nextafter(1.0, 2.0));
}

TEST(Exact, encloses_numbers_between_two_subnormals) {
    const Score score = enclose(ExactInteger(3), -1075);  // 1.5 times the smallest double
    const double tiny = std::numeric_limits<double>::denorm_min();
    EXPECT_LE(score.lower, tiny);
    EXPECT_GE(score.upper, 2 * tiny);
    const Score nothing = enclose(ExactInteger(1), -2000);
    EXPECT_EQ(nothing.lower, 0);
    EXPECT_EQ(nothing.upper, tiny);
}

TEST(Exact, encloses_ratios_tightly) {
    RandomStream random(2, 0, 0, 0, StreamPurpose::test);
    for (int round = 0; round < 500; ++round) {
        ExactInteger top = random() | 1, bottom = random() | 1;
        top <<= static_cast<unsigned>(random.below(200));
        bottom <<= static_cast<unsigned>(random.below(200));
        if (round % 3 == 0) top = bottom * static_cast<unsigned>(1 + random.below(1000));
        const testing::Rational ratio{boost::multiprecision::cpp_int(top), boost::multiprecision::cpp_int(bottom)};
        EXPECT_TRUE(testing::encloses_tightly(enclose_ratio(top, bottom), ratio)) << "round " << round;
    }
}

}  // namespace
}  // namespace atl::problems
