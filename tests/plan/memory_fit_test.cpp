// SPDX-License-Identifier: Apache-2.0
// Constants of the memory model: found again in peaks that they made, read and written.
#include "atoll/plan/memory_fit.hpp"

#include <gtest/gtest.h>

#include "atoll/core/error.hpp"
#include "atoll/plan/memory_model.hpp"

namespace atl::plan {
namespace {

/// Runs of several sizes whose peaks are those of `truth`.
std::vector<TrainingRun> runs_with(const MemoryParameters& truth) {
    std::vector<TrainingRun> runs;
    for (const char* name : {"llama2-7b", "llama2-13b", "llama2-70b", "gpt3-175b"}) {
        for (const std::uint16_t tensor : {std::uint16_t{2}, std::uint16_t{8}}) {
            for (const std::uint16_t micro_batch : {std::uint16_t{1}, std::uint16_t{2}, std::uint16_t{4}}) {
                TrainingRun run;
                run.family = "mine";
                run.model = find_transformer(name);
                run.cluster = usual_cluster(shipped_gpus().find("h100_sxm"), 64);
                run.workload = {4096, 256};
                run.strategy.tensor = tensor;
                run.strategy.pipeline = micro_batch == 2 ? 1 : 4;
                run.strategy.data = 64U / tensor / run.strategy.pipeline;
                run.strategy.micro_batch = micro_batch;
                run.strategy.zero_stage = tensor == 2 ? 1 : 0;
                run.peak_gib = MemoryModel(run.model, run.cluster, run.workload, truth).peak_gib(run.strategy);
                run.has_memory = true;
                runs.push_back(run);
            }
        }
    }
    return runs;
}

FittedMemory fit(const std::vector<TrainingRun>& runs) {
    std::vector<const TrainingRun*> pointers;
    for (const TrainingRun& run : runs) pointers.push_back(&run);
    return fit_memory(pointers);
}

TEST(MemoryFit, constants_are_found_again_in_peaks_that_they_made) {
    const auto runs = runs_with({.activation_factor = 1.4, .gradient_bytes = 2.5, .optimizer_bytes = 16});
    const FittedMemory fitted = fit(runs);
    ASSERT_TRUE(fitted.groups.groups.contains("mine"));
    const MemoryParameters& found = fitted.groups.groups.at("mine");
    EXPECT_NEAR(found.activation_factor, 1.4, 0.05);
    EXPECT_NEAR(found.gradient_bytes + found.weight_bytes, 4.5, 0.4);
    EXPECT_NEAR(found.optimizer_bytes, 16, 0.8);
    EXPECT_EQ(fitted.runs.size(), runs.size());
    for (const ValidatedPeak& one : fitted.runs) EXPECT_NEAR(one.folded / *one.run->peak_gib, 1, 0.05);
}

TEST(MemoryFit, what_the_defaults_explain_is_left_alone) {
    EXPECT_TRUE(fit(runs_with({})).groups.groups.empty());
    auto few = runs_with({.activation_factor = 2});
    few.resize(5);
    EXPECT_TRUE(fit(few).groups.groups.empty());
}

TEST(MemoryParameters, are_read_as_they_were_written_and_mistakes_named) {
    MemoryGroups groups;
    groups.groups["a, b"].optimizer_bytes = 18;
    const MemoryGroups back = parse_memory_parameters(to_toml(groups), "m.toml");
    EXPECT_EQ(back.of("a, b").optimizer_bytes, 18);
    EXPECT_EQ(back.of("unknown").optimizer_bytes, 12);
    EXPECT_FALSE(shipped_memory_parameters().groups.empty());
    for (const char* wrong : {"x = 1\n", "[group.\"a\"]\nweight_byte = 2\n", "[group.\"a\"]\nweight_bytes = -2\n"}) {
        EXPECT_THROW(parse_memory_parameters(wrong, "m.toml"), InputError) << wrong;
    }
}

TEST(MemoryFit, stages_that_count_embedding_and_head_as_layers_are_a_group_of_their_own) {
    TrainingRun run;
    run.family = "BLOOM A100";
    run.model.layers = 70;
    run.strategy.pipeline = 12;
    EXPECT_NE(memory_group(run), run.family);
    run.model.layers = 72;
    EXPECT_EQ(memory_group(run), run.family);
}

}  // namespace
}  // namespace atl::plan
