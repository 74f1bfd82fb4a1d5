// SPDX-License-Identifier: Apache-2.0
// Splits of layers over unequal stages: equal to trying all of them.
#include "atoll/plan/layer_split.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <random>

namespace atl::plan {
namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();

std::uint32_t below(std::mt19937& random, std::uint32_t end) { return static_cast<std::uint32_t>(random() % end); }

/// A stage that holds up to `room` layers: a constant, seconds a layer, a jump where it begins to compute layers again.
StageSeconds random_stage(std::mt19937& random, std::uint32_t layers) {
    const auto real = [&](double low, double high) {
        return std::uniform_real_distribution<double>(low, high)(random);
    };
    const double each = real(0.1, 2);
    const double constant = random() % 2 == 0 ? 0 : real(0, 1);
    const double once = random() % 2 == 0 ? 0 : real(0, 3);
    const std::uint32_t jump = random() % 3 == 0 ? 1 + below(random, layers) : layers + 1;
    const std::uint32_t room = 1 + below(random, layers);
    StageSeconds stage;
    for (std::uint32_t n = 0; n <= layers; ++n) {
        const bool fits = n > 0 && n <= room;
        stage.pace.push_back(fits ? constant + each * n * (n >= jump ? 4.0 / 3 : 1) : infinite);
        stage.once.push_back(once * n);
    }
    return stage;
}

std::vector<const StageSeconds*> pointers(const std::vector<StageSeconds>& stages) {
    std::vector<const StageSeconds*> all;
    for (const StageSeconds& stage : stages) all.push_back(&stage);
    return all;
}

double by_brute_force(const std::vector<StageSeconds>& stages, std::uint32_t layers, std::uint32_t micro_batches) {
    double best = infinite;
    std::vector<std::uint32_t> split(stages.size());
    const std::function<void(std::size_t, std::uint32_t)> place = [&](std::size_t stage, std::uint32_t left) {
        if (stage + 1 == stages.size()) {
            split[stage] = left;
            if (left > 0) best = std::min(best, mixed_pipeline_seconds(pointers(stages), split, micro_batches));
            return;
        }
        for (std::uint32_t n = 1; n < left; ++n) {
            split[stage] = n;
            place(stage + 1, left - n);
        }
    };
    place(0, layers);
    return best;
}

TEST(LayerSplit, three_thousand_random_pipelines_are_split_as_brute_force_does) {
    std::mt19937 random(1);
    int without = 0;
    for (int trial = 0; trial < 3000; ++trial) {
        const std::uint32_t layers = 1 + below(random, 12);
        const std::uint32_t count = 1 + below(random, 4);
        const std::uint32_t micro_batches = 1 + below(random, 20);
        std::vector<StageSeconds> stages;
        for (std::uint32_t s = 0; s < count; ++s) stages.push_back(random_stage(random, layers));
        const double wanted = count > layers ? infinite : by_brute_force(stages, layers, micro_batches);
        const auto found = best_layer_split(pointers(stages), layers, micro_batches);
        if (wanted == infinite) {
            ++without;
            EXPECT_FALSE(found.has_value()) << trial;
            continue;
        }
        ASSERT_TRUE(found.has_value()) << trial;
        EXPECT_DOUBLE_EQ(found->seconds, wanted) << trial;
        EXPECT_EQ(found->seconds, mixed_pipeline_seconds(pointers(stages), found->layers, micro_batches));
        EXPECT_LE(layer_split_bound(pointers(stages), layers, micro_batches), wanted * (1 + 1e-12)) << trial;
        EXPECT_FALSE(best_layer_split(pointers(stages), layers, micro_batches, wanted * 0.999).has_value());
        EXPECT_DOUBLE_EQ(best_layer_split(pointers(stages), layers, micro_batches, wanted * 1.001)->seconds, wanted);
    }
    EXPECT_GT(without, 100);
    EXPECT_LT(without, 2000);
}

}  // namespace
}  // namespace atl::plan
