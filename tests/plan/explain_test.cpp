// SPDX-License-Identifier: Apache-2.0
// What is told about a plan besides its seconds.
#include "atoll/plan/explain.hpp"

#include <gtest/gtest.h>

namespace atl::plan {
namespace {

RankedPlan plan_of(double seconds, std::uint16_t tensor) {
    RankedPlan plan;
    plan.seconds = seconds;
    plan.strategy.tensor = tensor;
    return plan;
}

TEST(Explain, plans_tie_while_their_intervals_meet) {
    SearchResult result;
    result.keep = 4;
    result.best = {plan_of(10, 1), plan_of(11, 2), plan_of(12, 4), plan_of(14, 8)};
    const TiedPlans tied = tied_plans(result, 0.1);  // 10 * 1.1 = 11 >= 12 / 1.1, < 14 / 1.1
    EXPECT_EQ(tied.plans.size(), 3U);
    EXPECT_FALSE(tied.more_may_tie);
    EXPECT_EQ(tied_plans(result, 0.5).plans.size(), 4U);
    EXPECT_TRUE(tied_plans(result, 0.5).more_may_tie);
    result.keep = 5;  // the search had room left, so there is no other plan
    EXPECT_FALSE(tied_plans(result, 0.5).more_may_tie);
    EXPECT_TRUE(tied_plans(SearchResult{}, 0.5).plans.empty());
}

TEST(Explain, differences_come_with_the_largest_first) {
    const std::vector<TimePart> plan{{"a", 1}, {"b", 2}, {"c", 3}};
    const std::vector<TimePart> other{{"a", 1.5}, {"b", 2}, {"c", 1}};
    const auto found = differences(plan, other);
    ASSERT_EQ(found.size(), 3U);
    EXPECT_EQ(found[0].name, "c");
    EXPECT_DOUBLE_EQ(found[0].saved(), -2);
    EXPECT_EQ(found[1].name, "a");
    EXPECT_EQ(found[2].name, "b");
}

TEST(Explain, the_resource_that_gains_most_comes_first) {
    Cluster cluster;
    cluster.gpu.memory_gib = 80;
    cluster.gpu.bf16_tflops = 1000;
    cluster.gpu.fp8_tflops = 2000;
    cluster.inter_node_gb_per_second = 50;
    // memory unlocks another plan at 81 GiB; the network shortens a part of the same plan
    const auto best_on = [](const Cluster& on) {
        if (on.gpu.memory_gib >= 81) return plan_of(8, 4);
        return plan_of(9 + 50 / on.inter_node_gb_per_second, 2);
    };
    const auto gains = resource_gains(cluster, best_on(cluster), best_on);
    ASSERT_EQ(gains.size(), 5U);
    EXPECT_EQ(gains[0].resource, "GPU memory");
    EXPECT_TRUE(gains[0].another_plan);
    EXPECT_NEAR(gains[0].relative_gain(), 0.2, 1e-12);
    EXPECT_EQ(gains[1].resource, "bandwidth between nodes");
    EXPECT_FALSE(gains[1].another_plan);
    EXPECT_DOUBLE_EQ(gains[1].have, 50);
    EXPECT_NEAR(gains[1].seconds_after, 9 + 50.0 / 51, 1e-12);
    EXPECT_DOUBLE_EQ(gains[2].relative_gain(), 0);
}

}  // namespace
}  // namespace atl::plan
