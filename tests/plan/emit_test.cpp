// SPDX-License-Identifier: Apache-2.0
// Plans as frameworks' arguments: what is written is read back as the same plan; what cannot be said is named.
#include "atoll/plan/emit.hpp"

#include <gtest/gtest.h>

#include <random>

#include "atoll/core/error.hpp"
#include "atoll/plan/planner.hpp"

namespace atl::plan {
namespace {

Cluster h100s(std::uint32_t gpus) { return usual_cluster(shipped_gpus().find("h100_sxm"), gpus); }

template <class T>
T one_of(std::mt19937& random, std::initializer_list<T> values) {
    return *(values.begin() + random() % values.size());
}

/// Any strategy of that many GPUs, most of them nonsense.
Strategy random_strategy(std::mt19937& random, std::uint32_t gpus, std::uint32_t layers) {
    Strategy s;
    s.tensor = one_of<std::uint16_t>(random, {1, 2, 4, 8});
    s.pipeline = one_of<std::uint16_t>(random, {1, 1, 2, 4, 8});
    s.context = one_of<std::uint16_t>(random, {1, 1, 1, 2});
    s.data = gpus / (s.tensor * s.pipeline * s.context);
    s.expert = one_of<std::uint16_t>(random, {1, 1, 2, 8});
    s.micro_batch = one_of<std::uint16_t>(random, {1, 2, 4});
    s.schedule = one_of(random, {Schedule::one_f_one_b, Schedule::one_f_one_b, Schedule::gpipe, Schedule::zero_bubble});
    if (s.pipeline == 1) s.schedule = Schedule::one_f_one_b;
    if (s.pipeline > 1 && random() % 2 == 0) {
        s.schedule = Schedule::interleaved;
        s.virtual_stages = 2;
    }
    s.recompute = one_of(random, {Recompute::none, Recompute::selective, Recompute::full});
    if (s.recompute == Recompute::full) {
        s.recompute_method = one_of(random, {RecomputeMethod::uniform, RecomputeMethod::block});
        s.recompute_layers = static_cast<std::uint16_t>(s.recompute_method == RecomputeMethod::block
                                                            ? s.virtual_stages * (1 + random() % (layers / 16))
                                                            : 1 + random() % 2);
    }
    s.precision = one_of(random, {Precision::bf16, Precision::fp8});
    s.zero_stage = one_of<std::uint8_t>(random, {0, 1, 2, 3});
    for (bool Strategy::*flag :
         {&Strategy::sequence_parallel, &Strategy::overlap_gradient_reduce, &Strategy::overlap_parameter_gather,
          &Strategy::overlap_p2p, &Strategy::overlap_tensor_parallel, &Strategy::flash_attention}) {
        s.*flag = random() % 2 == 0;
    }
    s.offload_optimizer = random() % 4 == 0;
    return s;
}

/// A strategy that the shipped rules and those of the search keep.
bool is_sound(FilterRules& rules, const Transformer& model, const Strategy& s) {
    if (s.expert > 1 && (model.experts % s.expert != 0 || s.data * s.context % s.expert != 0)) return false;
    if (s.virtual_stages > 1 && model.layers % (s.pipeline * s.virtual_stages) != 0) return false;
    const std::uint32_t each = (model.layers + s.pipeline - 1) / s.pipeline;
    if (each * (s.pipeline - 1U) >= model.layers) return false;
    for (std::size_t rule = 0; rule < rules.size(); ++rule) {
        if (rules.drops(rule, s)) return false;
    }
    return true;
}

Transformer without_name(Transformer model) {
    model.name.clear();
    return model;
}

void expect_same_shape(const Transformer& a, const Transformer& b) {
    EXPECT_EQ(parameter_count(a), parameter_count(b));
    EXPECT_EQ(active_parameter_count(a), active_parameter_count(b));
    EXPECT_EQ(a.layers, b.layers);
    EXPECT_EQ(a.heads, b.heads);
    EXPECT_EQ(a.kv_heads, b.kv_heads);
    EXPECT_EQ(a.head_dim, b.head_dim);
    EXPECT_EQ(a.dense_layers, b.dense_layers);
    EXPECT_EQ(a.vocabulary, b.vocabulary);
}

TEST(Emit, what_is_written_is_read_back_as_the_same_plan) {
    const Workload workload{4096, 256};
    const RuleFilter filter(shipped_rules());
    for (const std::string& target_name : emit_target_names()) {
        const EmitTarget target = parse_emit_target(target_name);
        int written = 0;
        int refused = 0;
        for (const char* name : {"llama3-70b", "gpt3-175b", "mixtral-8x7b", "deepseek-v3", "llama2-7b"}) {
            const Transformer model = find_transformer(name);
            const Cluster cluster = h100s(128);
            FilterRules rules(filter, model, cluster, workload);
            std::mt19937 random(7);
            for (int draw = 0; draw < 40'000; ++draw) {
                const Strategy strategy = random_strategy(random, cluster.gpus, model.layers);
                if (!is_sound(rules, model, strategy)) continue;
                std::vector<EmittedFile> files;
                try {
                    files = emit(target, model, cluster, workload, strategy);
                } catch (const InputError&) {
                    ++refused;
                    continue;
                }
                // a job file of torchtitan alone does not know how many layers a model of one's own has
                if (target == EmitTarget::torchtitan && strategy.virtual_stages > 1 && model.name != "llama3-70b")
                    continue;
                const EmittedPlan back = parse_emitted(target, files);
                ASSERT_EQ(back.strategy, strategy) << target_name << " " << describe(strategy) << "\n" << files[0].text;
                EXPECT_EQ(back.gpus, cluster.gpus);
                EXPECT_EQ(back.workload.sequence, workload.sequence);
                EXPECT_EQ(back.workload.global_batch, workload.global_batch);
                if (target == EmitTarget::torchtitan) {
                    EXPECT_EQ(back.model.name, model.name);
                } else {
                    expect_same_shape(back.model, without_name(model));
                }
                ++written;
            }
        }
        EXPECT_GT(written, 20) << target_name;
        EXPECT_GT(refused, 20) << target_name;
    }
}

TEST(Emit, what_a_target_cannot_say_is_refused_with_the_reason) {
    Strategy strategy;
    strategy.pipeline = 8;
    strategy.schedule = Schedule::zero_bubble;
    for (const std::string& name : emit_target_names()) {
        try {
            emit(parse_emit_target(name), find_transformer("llama2-7b"), h100s(8), Workload{4096, 8}, strategy);
            FAIL() << name;
        } catch (const InputError& error) {
            EXPECT_NE(std::string(error.what()).find(name + " cannot run the plan tp1 pp8"), std::string::npos)
                << error.what();
            EXPECT_NE(std::string(error.what()).find("zero-bubble"), std::string::npos) << error.what();
        }
    }
}

TEST(Emit, an_unknown_target_or_argument_is_named_with_its_place) {
    EXPECT_THROW(parse_emit_target("megatrom"), InputError);
    const Transformer model = find_transformer("llama2-7b");
    std::vector<EmittedFile> files = emit(EmitTarget::megatron, model, h100s(8), Workload{4096, 8}, {.data = 8});
    files[0].text += "--no-such-argument 3\n";
    try {
        parse_emitted(EmitTarget::megatron, files);
        FAIL();
    } catch (const InputError& error) {
        EXPECT_NE(std::string(error.what()).find("arguments.txt:"), std::string::npos);
        EXPECT_NE(std::string(error.what()).find("'--no-such-argument'"), std::string::npos);
    }
}

TEST(Emit, a_last_stage_with_fewer_layers_is_told) {
    const Transformer model = find_transformer("deepseek-v3");
    Strategy strategy;
    strategy.pipeline = 8;
    strategy.expert = 8;
    strategy.data = 8;
    const auto files = emit(EmitTarget::megatron, model, h100s(64), Workload{4096, 64}, strategy);
    EXPECT_NE(files[0].text.find("--decoder-last-pipeline-num-layers 5\n"), std::string::npos) << files[0].text;
}

}  // namespace
}  // namespace atl::plan
