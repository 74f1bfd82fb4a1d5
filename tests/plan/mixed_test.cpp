// SPDX-License-Identifier: Apache-2.0
// Pipelines over several types of GPU: bounded as brute force, more is never worse, every pipeline accounted for.
#include "atoll/plan/mixed.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <utility>

#include "atoll/core/error.hpp"
#include "plan/roofline_operators.hpp"

namespace atl::plan {
namespace {

/// Pools and the operator times behind them.
struct Pools {
    std::vector<std::unique_ptr<RooflineOperators>> operators;
    std::vector<GpuPool> pools;
    void add(const char* gpu, std::uint32_t most) {
        GpuPool pool;
        pool.gpu = shipped_gpus().find(gpu);
        pool.most = most;
        pool.gpus_per_node = 8;
        pool.inter_node_gb_per_second = pool.gpu.inter_node_gb_per_second;
        operators.push_back(std::make_unique<RooflineOperators>(pool.gpu));
        pool.operators = operators.back().get();
        pools.push_back(pool);
    }
};

Transformer small_model(std::uint32_t layers) {
    Transformer model = find_transformer("llama2-7b");
    model.layers = layers;
    return model;
}

MixedResult search(const Transformer& model, const Pools& pools, bool is_brute_force, bool even = false,
                   std::uint32_t global_batch = 32) {
    MixedSpace space;
    space.tensor = {1, 2, 4};
    space.micro_batch = {1, 2};
    space.most_stages = 6;
    space.even_inside_type = even;
    MixedOptions options;
    options.keep = 3;
    options.is_brute_force = is_brute_force;
    return search_mixed(model, Workload{2048, global_batch}, pools.pools, space, options);
}

TEST(Mixed, bounds_leave_out_only_what_is_slower) {
    std::mt19937 random(3);
    for (int trial = 0; trial < 1000; ++trial) {
        Pools pools;
        const std::vector<const char*> types{"h100_sxm", "a100_sxm", "l40s", "V100-SXM-32"};
        for (const char* type : types) {
            if (pools.pools.size() < 3 && random() % 2 == 0)
                pools.add(type, 1 + static_cast<std::uint32_t>(random() % 12));
        }
        if (pools.pools.empty()) pools.add("a100_sxm", 8);
        const Transformer model = small_model(4 + static_cast<std::uint32_t>(random() % 10));
        const bool even = random() % 3 == 0;
        const MixedResult bounded = search(model, pools, false, even);
        const MixedResult brute = search(model, pools, true, even);
        EXPECT_EQ(bounded.best, brute.best) << trial;
        EXPECT_TRUE(bounded.certificate.adds_up());
        EXPECT_TRUE(brute.certificate.adds_up());
        EXPECT_EQ(bounded.certificate.generated, brute.certificate.generated);
        EXPECT_LE(bounded.certificate.split, brute.certificate.split);
        for (const MixedPlan& plan : bounded.best) {
            const auto used = plan.gpus(pools.pools.size());
            for (std::size_t i = 0; i < used.size(); ++i) EXPECT_LE(used[i], pools.pools[i].most);
            std::uint32_t layers = 0;
            for (const MixedStage& stage : plan.stages) layers += stage.layers;
            EXPECT_EQ(layers, model.layers);
        }
    }
}

TEST(Mixed, free_splits_are_never_slower_than_even_ones) {
    for (const std::uint32_t layers : {8U, 12U, 20U}) {
        Pools pools;
        pools.add("h100_sxm", 8);
        pools.add("a100_sxm", 8);
        const MixedResult free = search(small_model(layers), pools, false);
        const MixedResult even = search(small_model(layers), pools, false, true);
        ASSERT_FALSE(free.best.empty());
        ASSERT_FALSE(even.best.empty());
        EXPECT_LE(free.best[0].seconds, even.best[0].seconds);
    }
}

TEST(Mixed, more_gpus_of_any_type_or_another_type_are_never_worse) {
    const Transformer model = small_model(12);
    double before = std::numeric_limits<double>::infinity();
    for (const std::uint32_t most : {2U, 4U, 8U, 16U}) {
        Pools pools;
        pools.add("a100_sxm", most);
        const double alone = search(model, pools, false).best.at(0).seconds;
        EXPECT_LE(alone, before);
        before = alone;
        pools.add("h100_sxm", 4);
        EXPECT_LE(search(model, pools, false).best.at(0).seconds, alone);
    }
}

TEST(Mixed, types_without_a_link_never_share_a_pipeline) {
    Pools pools;
    pools.add("h100_sxm", 8);
    pools.add("a100_sxm", 8);
    pools.pools[1].inter_node_gb_per_second = 0;
    for (const MixedPlan& plan : search(small_model(12), pools, false).best) {
        const auto used = plan.gpus(2);
        EXPECT_TRUE(used[0] == 0 || used[1] == 0) << describe(plan, pools.pools);
    }
}

TEST(Mixed, a_cap_of_zero_leaves_a_type_out_and_nothing_at_all_is_said) {
    Pools pools;
    pools.add("h100_sxm", 0);
    EXPECT_TRUE(search(small_model(4), pools, false).best.empty());
    EXPECT_THROW(search(small_model(4), Pools{}, false), InputError);
    EXPECT_THROW(search(find_transformer("deepseek-v3"), pools, false), InputError);
}

MixedResult front(const Transformer& model, const Pools& pools, bool is_brute_force) {
    MixedSpace space;
    space.tensor = {1, 2};
    space.micro_batch = {1, 2};
    space.most_stages = 5;
    MixedOptions options;
    options.is_front = true;
    options.is_brute_force = is_brute_force;
    return search_mixed(model, Workload{2048, 16}, pools.pools, space, options);
}

TEST(MixedFront, is_that_of_brute_force_and_no_plan_of_it_beats_another) {
    std::mt19937 random(5);
    for (int trial = 0; trial < 40; ++trial) {
        Pools pools;
        for (const char* type : {"h100_sxm", "a100_sxm", "l40s"}) {
            if (random() % 3 == 0) continue;
            pools.add(type, 1 + static_cast<std::uint32_t>(random() % 10));
            pools.pools.back().dollars_per_gpu_hour = static_cast<double>(random() % 8);
        }
        if (pools.pools.empty()) pools.add("a100_sxm", 8);
        const Transformer model = small_model(4 + static_cast<std::uint32_t>(random() % 6));
        const MixedResult bounded = front(model, pools, false);
        const MixedResult brute = front(model, pools, true);
        ASSERT_EQ(bounded.best.size(), brute.best.size()) << trial;
        for (std::size_t i = 0; i < brute.best.size(); ++i) {
            EXPECT_EQ(bounded.best[i].seconds, brute.best[i].seconds) << trial;
            EXPECT_EQ(bounded.best[i].dollars, brute.best[i].dollars) << trial;
            if (i == 0) continue;
            EXPECT_GT(brute.best[i].seconds, brute.best[i - 1].seconds);
            EXPECT_LT(brute.best[i].dollars, brute.best[i - 1].dollars);
        }
        EXPECT_TRUE(bounded.certificate.adds_up());
        EXPECT_EQ(bounded.certificate.generated, brute.certificate.generated);
    }
}

TEST(MixedFront, a_cheaper_price_never_makes_the_cheapest_plan_dearer) {
    double before = 0;
    for (const double price : {0.0, 1.0, 3.0, 9.0}) {
        Pools pools;
        pools.add("h100_sxm", 8);
        pools.add("a100_sxm", 8);
        pools.pools[0].dollars_per_gpu_hour = price;
        pools.pools[1].dollars_per_gpu_hour = 2;
        const MixedResult found = front(small_model(8), pools, false);
        ASSERT_FALSE(found.best.empty());
        EXPECT_GE(found.best.back().dollars, before);
        before = found.best.back().dollars;
        EXPECT_EQ(price == 0, found.best.back().dollars == 0);
    }
}

/// Ranks one after the other: each takes every n-th block and hears what the earlier ones told.
MixedResult search_in_parts(const Transformer& model, const Pools& pools, std::size_t ranks, bool is_front) {
    std::vector<MixedPoint> told;
    std::vector<MixedResult> results;
    MixedSpace space;
    space.tensor = {1, 2, 4};
    space.micro_batch = {1, 2};
    space.most_stages = 6;
    MixedOptions options;
    options.keep = 3;
    options.is_front = is_front;
    for (std::size_t rank = 0; rank < ranks; ++rank) {
        std::size_t next = rank;
        std::vector<MixedPoint> mine;
        options.sharing.take = [&] {
            const std::size_t block = next;
            next += ranks;
            return block;
        };
        options.sharing.tell = [&](const MixedPoint& point) { mine.push_back(point); };
        options.sharing.heard = [&, has_heard = false]() mutable {
            return std::exchange(has_heard, true) ? std::vector<MixedPoint>{} : told;
        };
        results.push_back(search_mixed(model, Workload{2048, 32}, pools.pools, space, options));
        told.insert(told.end(), mine.begin(), mine.end());
    }
    return merge(results, options);
}

TEST(MixedRanks, find_the_same_plans_and_account_for_the_same_pipelines_on_any_number) {
    for (const bool is_front : {false, true}) {
        Pools pools;
        pools.add("H100", 8);
        pools.add("A100-SXM", 8);
        pools.pools[0].dollars_per_gpu_hour = 4;
        pools.pools[1].dollars_per_gpu_hour = 1.5;
        const Transformer model = small_model(8);
        const MixedResult alone = search_in_parts(model, pools, 1, is_front);
        ASSERT_FALSE(alone.best.empty());
        for (const std::size_t ranks : {2, 3, 5, 400}) {
            const MixedResult together = search_in_parts(model, pools, ranks, is_front);
            EXPECT_EQ(together.best, alone.best) << ranks << " ranks";
            EXPECT_EQ(together.certificate.generated, alone.certificate.generated);
            EXPECT_TRUE(together.certificate.adds_up());
        }
    }
}

TEST(MixedStages, add_up_to_the_seconds_of_the_plan) {
    Pools pools;
    pools.add("H100", 8);
    pools.add("A100-SXM", 8);
    const Transformer model = small_model(8);
    const Workload workload{2048, 32};
    for (const MixedPlan& plan : search(model, pools, false).best) {
        const auto details = stage_details(model, workload, pools.pools, plan);
        ASSERT_EQ(details.size(), plan.stages.size());
        double sum = 0;
        double largest = 0;
        for (const MixedStageDetail& one : details) {
            EXPECT_LE(one.out_of_memory_probability, 0.5);
            sum += one.pace();
            largest = std::max(largest, one.pace());
        }
        const double pipeline = sum + (32.0 / plan.data / plan.micro_batch - 1) * largest;
        EXPECT_LE(pipeline, plan.seconds * (1 + 1e-9)) << "the rest is gradients and optimizer";
        EXPECT_GE(pipeline, 0.5 * plan.seconds);
    }
}

}  // namespace
}  // namespace atl::plan
