// SPDX-License-Identifier: Apache-2.0
// Pipelines over several types of GPU: bounded as brute force, more is never worse, every pipeline accounted for.
#include "atoll/plan/mixed.hpp"

#include <gtest/gtest.h>

#include <random>

#include "atoll/core/error.hpp"

namespace atl::plan {
namespace {

struct Roofline : OperatorTimes {
    explicit Roofline(const Gpu& gpu)
        : flops(0.6e12 * gpu.bf16_tflops), bytes_per_second(0.8e9 * gpu.scale_up_gb_per_second) {}
    double gemm_seconds(const GemmShape& shape) override { return 2 * shape.m * shape.n * shape.k / flops + 3e-6; }
    double attention_forward_seconds(const AttentionShape& shape) override {
        return 2 * shape.batch * shape.heads * shape.sequence * shape.sequence * shape.head_dim / flops + 3e-6;
    }
    double collective_seconds(Collective collective, std::uint32_t gpus, double bytes) override {
        const double passes = collective == Collective::all_reduce ? 2 : 1;
        return 1e-5 + passes * bytes * (gpus - 1) / gpus / bytes_per_second;
    }
    double flops;
    double bytes_per_second;
};

/// Pools and the operator times behind them.
struct Pools {
    std::vector<std::unique_ptr<Roofline>> operators;
    std::vector<GpuPool> pools;
    void add(const char* gpu, std::uint32_t most) {
        GpuPool pool;
        pool.gpu = shipped_gpus().find(gpu);
        pool.most = most;
        pool.gpus_per_node = 8;
        pool.inter_node_gb_per_second = pool.gpu.inter_node_gb_per_second;
        operators.push_back(std::make_unique<Roofline>(pool.gpu));
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
    return search_mixed(model, Workload{2048, global_batch}, pools.pools, space,
                        {.keep = 3, .is_brute_force = is_brute_force});
}

TEST(Mixed, bounds_leave_out_only_what_is_slower) {
    std::mt19937 random(3);
    for (int trial = 0; trial < 60; ++trial) {
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
    return search_mixed(model, Workload{2048, 16}, pools.pools, space,
                        {.is_front = true, .is_brute_force = is_brute_force});
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

}  // namespace
}  // namespace atl::plan
