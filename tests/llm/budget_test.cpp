// SPDX-License-Identifier: Apache-2.0
// What may be spent, and never more.
#include "llm/budget.hpp"

#include <gtest/gtest.h>

#include <deque>

#include "atoll/core/random.hpp"

namespace atl::llm {
namespace {

TEST(Budget, PricesAreExact) {
    EXPECT_EQ(cost_of({1, 0}, {0.15, 0.6}), 150'000U);
    EXPECT_EQ(cost_of({1'000'000, 1'000'000}, {0.15, 0.6}), 750'000'000'000U);
    EXPECT_DOUBLE_EQ(to_usd(cost_of({1'000'000, 0}, {2.5, 10})), 2.5);
    EXPECT_EQ(cost_of({0, 1}, {0, 1e-7}), 1U) << "a part of a picodollar counts as a whole one";
}

TEST(Budget, WithoutLimitsGrantsAll) {
    Budget budget(std::nullopt, std::nullopt, 1);
    EXPECT_EQ(budget.reserve({0, {1'000'000'000, 1'000'000'000}, 1'000'000'000}), Grant::granted);
    EXPECT_TRUE(budget.could_pay(1'000'000, 1'000'000));
}

TEST(Budget, TellsWaitingFromNever) {
    Budget budget(100, std::nullopt, 1);
    const Reservation sixty{0, {40, 20}, 0};
    EXPECT_EQ(budget.reserve(sixty), Grant::granted);
    EXPECT_EQ(budget.reserve(sixty), Grant::wait);
    EXPECT_EQ(budget.reserve({0, {101, 0}, 0}), Grant::no_tokens);
    budget.release(sixty);
    EXPECT_EQ(budget.reserve(sixty), Grant::granted);
    budget.settle(sixty, 41, 0);
    EXPECT_EQ(budget.reserve(sixty), Grant::no_tokens);
    EXPECT_TRUE(budget.could_pay(59, 0));
    EXPECT_FALSE(budget.could_pay(60, 0));
}

TEST(Budget, MoneyIsALimitOfItsOwn) {
    Budget budget(std::nullopt, 1.0, 1);
    const Reservation most{0, {1, 1}, 600'000'000'000};
    EXPECT_EQ(budget.reserve(most), Grant::granted);
    EXPECT_EQ(budget.reserve(most), Grant::wait);
    budget.settle(most, 2, 500'000'000'000);
    EXPECT_EQ(budget.reserve(most), Grant::no_usd);
    EXPECT_EQ(budget.reserve({0, {1, 1}, 500'000'000'000}), Grant::granted) << "to the last picodollar";
}

TEST(Budget, IsSharedOutOverIslandsToTheLastToken) {
    Budget budget(11, std::nullopt, 3);
    EXPECT_EQ(budget.reserve({budget.group_of(0), {4, 0}, 0}), Grant::granted);
    EXPECT_EQ(budget.reserve({budget.group_of(1), {4, 0}, 0}), Grant::granted);
    EXPECT_EQ(budget.reserve({budget.group_of(2), {4, 0}, 0}), Grant::no_tokens);
    EXPECT_EQ(budget.reserve({budget.group_of(2), {3, 0}, 0}), Grant::granted);
    EXPECT_EQ(budget.group_of(5), 2U);
}

TEST(Budget, IsNeverExceededWhateverTheOrder) {
    RandomStream random(1, 0, 0, 0, StreamPurpose::test);
    Budget budget(10'000, std::nullopt, 1);
    std::deque<Reservation> open;
    std::uint64_t spent = 0;
    std::uint64_t reserved = 0;
    int refused = 0;
    for (int i = 0; i < 20'000; ++i) {
        if (random.below(2) == 0) {
            const Reservation reservation{0, {random.below(50), random.below(50)}, 0};
            const Grant grant = budget.reserve(reservation);
            if (grant == Grant::granted) {
                open.push_back(reservation);
                reserved += reservation.tokens.sum();
            } else {
                ++refused;
            }
        } else if (!open.empty()) {
            const std::uint64_t most = open.front().tokens.sum();
            const std::uint64_t used = random.below(4) == 0 ? 0 : random.below(most + 1) / 8;
            budget.settle(open.front(), used, 0);
            spent += used;
            reserved -= most;
            open.pop_front();
        }
        ASSERT_LE(spent + reserved, 10'000U);
    }
    EXPECT_GT(refused, 0);
    EXPECT_GT(spent, 9'800U);
}

}  // namespace
}  // namespace atl::llm
