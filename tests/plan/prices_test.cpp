// SPDX-License-Identifier: Apache-2.0
// Lists of prices: those that come along, and mistakes in others.
#include "atoll/plan/prices.hpp"

#include <gtest/gtest.h>

#include "atoll/core/error.hpp"
#include "atoll/plan/machine.hpp"

namespace atl::plan {
namespace {

TEST(Prices, those_that_come_along_are_dated_and_know_their_gpus) {
    for (const char* name : {"aws-on-demand", "runpod-on-demand", "runpod-spot"}) {
        const Prices prices = find_prices(name);
        EXPECT_EQ(prices.date.size(), 10U) << name;
        EXPECT_GT(prices.of("H100-SXM-80").value_or(0), 1) << name;
        EXPECT_FALSE(prices.of("TitanRTX").has_value()) << name;
    }
    EXPECT_THROW(find_prices("aws-on-demnd"), InputError);
}

TEST(Prices, any_spelling_of_a_gpu_does_and_mistakes_have_a_place) {
    const auto parse = [](const char* text) { return parse_prices(text, "mine.toml", shipped_gpus()); };
    EXPECT_EQ(parse("date = \"2026-01-01\"\n[dollars_per_gpu_hour]\nh100_sxm = 2\n").of("H100-SXM-80"), 2);
    for (const char* wrong : {"[dollars_per_gpu_hour]\nh100_sxm = 2\n", "date = \"x\"\n",
                              "date = \"x\"\n[dollars_per_gpu_hour]\nh100_sxm = -1\n",
                              "date = \"x\"\n[dollars_per_gpu_hour]\nabacus = 1\n", "dat = \"x\"\n"}) {
        EXPECT_THROW(parse(wrong), InputError) << wrong;
    }
}

}  // namespace
}  // namespace atl::plan
