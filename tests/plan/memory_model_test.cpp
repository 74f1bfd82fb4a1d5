// SPDX-License-Identifier: Apache-2.0
// Memory: the peak is the fullest stage's, sharding and recomputation save what the literature says.
#include "atoll/plan/memory_model.hpp"

#include <gtest/gtest.h>

#include <random>

namespace atl::plan {
namespace {

MemoryModel model_of(const char* name, std::uint32_t gpus, std::uint32_t batch = 512) {
    return {find_transformer(name),
            usual_cluster(shipped_gpus().find("H100"), gpus),
            {.sequence = 4096, .global_batch = batch},
            {}};
}

TEST(MemoryModel, the_peak_is_that_of_the_fullest_stage) {
    std::mt19937_64 random(5);
    for (const char* name : {"llama2-70b", "llama3-405b", "deepseek-v3", "gpt3-175b"}) {
        const MemoryModel memory = model_of(name, 1024);
        for (int i = 0; i < 500; ++i) {
            Strategy strategy;
            strategy.tensor = static_cast<std::uint16_t>(1U << random() % 4);
            strategy.pipeline = static_cast<std::uint16_t>(1U << random() % 5);
            strategy.data = 1024U / strategy.tensor / strategy.pipeline;
            strategy.expert = name == std::string("deepseek-v3") ? static_cast<std::uint16_t>(1U << random() % 4) : 1;
            strategy.micro_batch = static_cast<std::uint16_t>(1U << random() % 3);
            strategy.schedule = static_cast<Schedule>(random() % 4);
            if (strategy.schedule == Schedule::interleaved) strategy.virtual_stages = 2;
            strategy.recompute = static_cast<Recompute>(random() % 3);
            strategy.recompute_method = static_cast<RecomputeMethod>(random() % 2);
            strategy.recompute_layers = static_cast<std::uint16_t>(1 + random() % 4);
            strategy.zero_stage = static_cast<std::uint8_t>(random() % 4);
            strategy.sequence_parallel = random() % 2 == 0;
            strategy.flash_attention = random() % 2 == 0;
            double fullest = 0;
            for (const StageMemory& stage : memory.stages(strategy)) fullest = std::max(fullest, stage.total());
            EXPECT_EQ(memory.peak_gib(strategy), fullest) << name << " " << describe(strategy);
        }
    }
}

TEST(MemoryModel, weights_and_optimizer_take_eighteen_bytes_a_weight) {
    const MemoryModel memory = model_of("llama2-7b", 1, 1);
    const StageMemory stage = memory.stages({}).front();
    const double weights = parameter_count(find_transformer("llama2-7b"));
    EXPECT_NEAR((stage.weights + stage.gradients + stage.optimizer) * 1024 * 1024 * 1024 / weights, 18, 0.01);
}

TEST(MemoryModel, each_stage_of_zero_shards_one_part_more) {
    const MemoryModel memory = model_of("llama2-7b", 8);
    Strategy strategy;
    strategy.data = 8;
    const StageMemory plain = memory.stages(strategy).front();
    for (std::uint8_t zero = 1; zero <= 3; ++zero) {
        strategy.zero_stage = zero;
        const StageMemory stage = memory.stages(strategy).front();
        EXPECT_NEAR(stage.optimizer, plain.optimizer / 8, 1e-9);
        EXPECT_NEAR(stage.gradients, plain.gradients / (zero >= 2 ? 8 : 1), 1e-9);
        EXPECT_NEAR(stage.weights, plain.weights / (zero >= 3 ? 8 : 1), 1e-9);
    }
}

/// Korthikanti et al. 2022, table 2: bytes of one layer's activations of a model like GPT-3, for each s * b * h.
TEST(MemoryModel, activations_are_those_of_the_published_table) {
    const Transformer gpt = find_transformer("gpt3-175b");
    const MemoryParameters exact{.fragmentation = 0};
    const MemoryModel memory(gpt, usual_cluster(shipped_gpus().find("H100"), 8), {.sequence = 2048, .global_batch = 1},
                             exact);
    const double sbh = 2048.0 * gpt.hidden;
    const auto bytes_a_layer = [&](const Strategy& strategy) {
        return memory.stages(strategy).front().activations * 1024 * 1024 * 1024 / gpt.layers / sbh;
    };
    const double scores = 5.0 * gpt.heads * 2048 / gpt.hidden;
    Strategy strategy;
    strategy.flash_attention = false;
    EXPECT_NEAR(bytes_a_layer(strategy), 34 + scores, 1e-9);
    strategy.tensor = 8;
    EXPECT_NEAR(bytes_a_layer(strategy), 10 + 24.0 / 8 + scores / 8, 1e-9);
    strategy.sequence_parallel = true;
    EXPECT_NEAR(bytes_a_layer(strategy), (34 + scores) / 8, 1e-9);
    strategy.recompute = Recompute::selective;
    EXPECT_NEAR(bytes_a_layer(strategy), 34.0 / 8, 1e-9);
}

TEST(MemoryModel, the_chance_to_run_out_is_a_half_at_the_limit_and_grows) {
    const MemoryModel memory = model_of("llama2-7b", 8);
    EXPECT_DOUBLE_EQ(memory.out_of_memory_probability(80, 80), 0.5);
    EXPECT_LT(memory.out_of_memory_probability(60, 80), 0.01);
    EXPECT_GT(memory.out_of_memory_probability(100, 80), 0.9);
}

}  // namespace
}  // namespace atl::plan
