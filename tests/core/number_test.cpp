// SPDX-License-Identifier: Apache-2.0
// Numbers survive the way to text and back bit for bit; anything but a number is refused.
#include "atoll/core/number.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>

#include "atoll/core/random.hpp"

namespace atl {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

void expect_round_trip(double value) {
    for (const std::string& text : {hex_float(value), shortest(value)}) {
        const auto back = parse_number(text);
        ASSERT_TRUE(back) << text;
        EXPECT_EQ(std::bit_cast<std::uint64_t>(*back), std::bit_cast<std::uint64_t>(value)) << text;
    }
}

TEST(Number, every_finite_bit_pattern_survives_both_spellings) {
    for (const double value : {0.0, -0.0, 1.0, -1.5, 0.1, 5e-324, -5e-324, 2.2250738585072014e-308,
                               1.7976931348623157e308, 2.635983084917301, 9007199254740993.0, infinity, -infinity}) {
        expect_round_trip(value);
    }
    RandomStream random(3, 0, 0, 0, StreamPurpose::test);
    for (int i = 0; i < 20'000; ++i) {
        const double value = std::bit_cast<double>(random());
        if (std::isfinite(value)) expect_round_trip(value);
    }
}

TEST(Number, is_written_in_the_usual_forms) {
    EXPECT_EQ(hex_float(3.0), "0x1.8p+1");
    EXPECT_EQ(hex_float(-0.0), "-0x0p+0");
    EXPECT_EQ(hex_float(-infinity), "-inf");
    EXPECT_EQ(shortest(0.1), "0.1");
    EXPECT_EQ(shortest(180.0), "180");
    EXPECT_EQ(shortest(std::nan("")), "nan");
}

TEST(Number, reads_decimal_and_hexadecimal) {
    EXPECT_EQ(parse_number("1.5"), 1.5);
    EXPECT_EQ(parse_number("+1.5"), 1.5);
    EXPECT_EQ(parse_number("-1.5e3"), -1500.0);
    EXPECT_EQ(parse_number(".5"), 0.5);
    EXPECT_EQ(parse_number("5."), 5.0);
    EXPECT_EQ(parse_number("0x1.8p1"), 3.0);
    EXPECT_EQ(parse_number("-0X1.8P+1"), -3.0);
    EXPECT_EQ(parse_number("0x.8p0"), 0.5);
    EXPECT_EQ(parse_number("0x10"), 16.0);
    EXPECT_EQ(parse_number("0.1000000000000000055511151231257827021181583404541015625"), 0.1);
}

TEST(Number, infinities_and_nan_are_values_for_the_judge_to_reject) {
    EXPECT_EQ(parse_number("inf"), infinity);
    EXPECT_EQ(parse_number("-Infinity"), -infinity);
    ASSERT_TRUE(parse_number("nan"));
    EXPECT_TRUE(std::isnan(*parse_number("-NaN")));
}

TEST(Number, refuses_everything_else) {
    for (const char* text :
         {"",      " ",      "1 ",        " 1",   "1,5",   "1.5x",  "abc",   "--1",    "+-1",   "-+1",
          "1e",    "1e+",    "0x",        "0x-1", "0xinf", "0xnan", "0x0x1", "nan(1)", "nan()", "1_000",
          "1e999", "-1e999", "0x1p99999", "1\n",  "1.2.3", "infi",  "e5",    ".",      "-",     "+"}) {
        EXPECT_FALSE(parse_number(text)) << "'" << text << "'";
    }
    EXPECT_FALSE(parse_number(std::string_view("1\0", 2)));
    EXPECT_FALSE(parse_number(std::string_view("1\0002", 3)));
}

TEST(Number, reads_only_the_text_it_is_given) {
    const std::string_view long_text = "12345";
    EXPECT_EQ(parse_number(long_text.substr(0, 2)), 12.0);
}

}  // namespace
}  // namespace atl
