// SPDX-License-Identifier: Apache-2.0
// The search on the real time and memory models: what its bounds rest on, a full-size space, the waterfall.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "atoll/plan/explain.hpp"
#include "atoll/plan/planner.hpp"

namespace atl::plan {
namespace {

/// Peak rates, 60 % of them; collectives by bandwidth and a start of 10 microseconds.
struct Roofline : OperatorTimes {
    double gemm_seconds(const GemmShape& shape) override {
        return 2 * shape.m * shape.n * shape.k / ((shape.fp8 ? 2 : 1) * 0.6 * 989e12) + 3e-6;
    }
    double attention_forward_seconds(const AttentionShape& shape) override {
        return 2 * shape.batch * shape.heads * shape.sequence * shape.sequence * shape.head_dim / (0.6 * 989e12) + 3e-6;
    }
    double collective_seconds(Collective collective, std::uint32_t gpus, double bytes) override {
        const double passes = collective == Collective::all_reduce ? 2 : 1;
        return 1e-5 + passes * bytes * (gpus - 1) / gpus / 400e9;
    }
};

struct Setting {
    Transformer model;
    Cluster cluster;
    Workload workload;
    Roofline operators;
    TimeModel time;
    MemoryModel memory;
    ModelCost cost;
    RuleFilter filter;
    FilterRules rules;

    Setting(std::string_view name, std::uint32_t gpus)
        : model(find_transformer(name)),
          cluster(usual_cluster(shipped_gpus().find("h100_sxm"), gpus)),
          workload{4096, 1024},
          time(model, cluster, workload, operators, CostParameters{}),
          memory(model, cluster, workload, MemoryParameters{}),
          cost(time, memory),
          filter(shipped_rules(), "models/rules.toml"),
          rules(filter, model, cluster, workload) {}

    SearchResult search(const Space& space, bool brute = false) {
        SearchOptions options;
        options.memory_limit_gib = memory_limit_gib(memory, cluster.gpu, 0.5);
        const SearchSubject subject = subject_of(model, cluster);
        return brute ? brute_force_search(space, subject, rules, cost, options)
                     : exact_search(space, subject, rules, cost, options);
    }
};

/// Plans that differ from a runnable one in random switches and recomputation.
Strategy random_plan(std::mt19937_64& random, std::uint32_t gpus) {
    Strategy s;
    s.tensor = static_cast<std::uint16_t>(1U << (random() % 4));
    s.pipeline = static_cast<std::uint16_t>(1U << (random() % 4));
    s.context = static_cast<std::uint16_t>(1U << (random() % 2));
    if (gpus / s.tensor / s.pipeline / s.context == 0) s.context = 1;
    if (gpus / s.tensor / s.pipeline / s.context == 0) s.pipeline = 1;
    s.data = gpus / s.tensor / s.pipeline / s.context;
    s.micro_batch = static_cast<std::uint16_t>(1U << (random() % 3));
    if (s.pipeline > 1 && random() % 2 == 0) {
        s.virtual_stages = 2;
        s.schedule = Schedule::interleaved;
    }
    s.recompute = static_cast<Recompute>(random() % 3);
    if (s.recompute == Recompute::full) {
        s.recompute_method = static_cast<RecomputeMethod>(random() % 2);
        s.recompute_layers = static_cast<std::uint16_t>(1 + random() % 4);
    }
    s.precision = static_cast<Precision>(random() % 2);
    s.zero_stage = static_cast<std::uint8_t>(random() % 4);
    s.sequence_parallel = random() % 2 == 0;
    s.overlap_gradient_reduce = random() % 2 == 0;
    s.overlap_parameter_gather = random() % 2 == 0;
    s.overlap_p2p = random() % 2 == 0;
    s.overlap_tensor_parallel = random() % 2 == 0;
    s.flash_attention = random() % 2 == 0;
    s.offload_optimizer = random() % 2 == 0;
    return s;
}

TEST(ModelSearch, what_the_bounds_rest_on_holds_for_the_models) {
    for (const char* name : {"llama2-70b", "mixtral-8x7b"}) {
        Setting setting(name, 64);
        std::mt19937_64 random(2);
        for (int trial = 0; trial < 4000; ++trial) {
            const Strategy plan = random_plan(random, 64);
            EXPECT_LE(setting.cost.seconds_lower_bound(plan) * (1 - 1e-12), setting.cost.seconds(plan))
                << describe(plan);
            Strategy other = random_plan(random, 64);  // its switches, as far as memory may not depend on them
            Strategy same = plan;
            same.overlap_p2p = other.overlap_p2p;
            same.overlap_tensor_parallel = other.overlap_tensor_parallel;
            same.overlap_gradient_reduce = other.overlap_gradient_reduce;
            same.overlap_parameter_gather = other.overlap_parameter_gather;
            EXPECT_EQ(setting.cost.peak_gib(plan), setting.cost.peak_gib(same)) << describe(plan);
        }
    }
}

TEST(ModelSearch, a_full_size_space_gives_the_answer_of_brute_force) {
    Setting setting("llama2-70b", 64);
    const Space space = shipped_space("astra");
    const SearchResult exact = setting.search(space);
    const SearchResult brute = setting.search(space, true);
    ASSERT_EQ(brute.best.size(), 10U) << why_empty(brute);
    EXPECT_EQ(exact.best, brute.best);
    EXPECT_EQ(exact.certificate.generated, count_plans(space, subject_of(setting.model, setting.cluster)));
    EXPECT_EQ(exact.certificate.dropped_by_rule, brute.certificate.dropped_by_rule);
    EXPECT_EQ(exact.certificate.dropped_by_memory, brute.certificate.dropped_by_memory);
    EXPECT_TRUE(exact.certificate.adds_up());
    EXPECT_LT(exact.certificate.simulated, brute.certificate.simulated / 4);
}

TEST(ModelSearch, a_model_whose_layers_no_pipeline_divides_still_has_plans) {
    Setting setting("llama3-405b", 1024);  // 126 layers
    const SearchResult result = setting.search(shipped_space("astra"));
    ASSERT_FALSE(result.best.empty()) << why_empty(result);
    EXPECT_GT(result.best.front().strategy.pipeline, 2U);
    EXPECT_EQ(result.best.front().strategy.virtual_stages, 1U);
}

TEST(ModelSearch, the_memory_limit_is_where_the_probability_passes) {
    Setting setting("llama2-70b", 64);
    const Gpu& gpu = setting.cluster.gpu;
    EXPECT_DOUBLE_EQ(memory_limit_gib(setting.memory, gpu, 0.9), gpu.memory_gib);
    const double careful = memory_limit_gib(setting.memory, gpu, 0.05);
    EXPECT_LT(careful, gpu.memory_gib);
    EXPECT_LE(setting.memory.out_of_memory_probability(careful, gpu.memory_gib), 0.05);
    EXPECT_GT(setting.memory.out_of_memory_probability(careful * 1.001, gpu.memory_gib), 0.05);
}

CostTerms random_terms(std::mt19937_64& random) {
    std::uniform_real_distribution<double> any(0, 1);
    CostTerms terms;
    for (double* term : {&terms.layer_forward, &terms.layer_backward, &terms.layer_recompute, &terms.embedding,
                         &terms.head, &terms.p2p, &terms.micro_batch_overhead, &terms.gradient_sync,
                         &terms.parameter_gather, &terms.optimizer, &terms.fixed}) {
        *term = random() % 4 == 0 ? 0 : any(random);
    }
    terms.slowdown = 1 + any(random);
    return terms;
}

PipelineShape random_shape(std::mt19937_64& random) {
    PipelineShape shape;
    shape.micro_batches = static_cast<std::uint32_t>(1 + random() % 64);
    shape.stages = static_cast<std::uint32_t>(1 + random() % 8);
    shape.layers = static_cast<std::uint32_t>(shape.stages * (1 + random() % 5) - random() % shape.stages);
    shape.schedule = static_cast<Schedule>(random() % 4);
    shape.virtual_stages = shape.schedule == Schedule::interleaved ? static_cast<std::uint32_t>(1 + random() % 4) : 1U;
    return shape;
}

TEST(ModelSearch, an_iteration_is_never_faster_for_a_larger_term) {
    std::mt19937_64 random(4);
    for (int trial = 0; trial < 2000; ++trial) {
        const CostTerms terms = random_terms(random);
        const PipelineShape shape = random_shape(random);
        const double before = iteration_seconds(terms, shape);
        for (double CostTerms::*field :
             {&CostTerms::layer_forward, &CostTerms::layer_backward, &CostTerms::layer_recompute, &CostTerms::embedding,
              &CostTerms::head, &CostTerms::p2p, &CostTerms::micro_batch_overhead, &CostTerms::gradient_sync,
              &CostTerms::parameter_gather, &CostTerms::optimizer, &CostTerms::fixed, &CostTerms::slowdown}) {
            CostTerms larger = terms;
            larger.*field += 0.01;
            EXPECT_GE(iteration_seconds(larger, shape), before);
        }
    }
}

TEST(Waterfall, steps_are_never_negative_and_add_up_to_the_iteration) {
    std::mt19937_64 random(6);
    for (int trial = 0; trial < 2000; ++trial) {
        const CostTerms terms = random_terms(random);
        const PipelineShape shape = random_shape(random);
        double sum = 0;
        for (const TimePart& part : waterfall(terms, shape)) {
            EXPECT_GE(part.seconds, -1e-9) << part.name;
            sum += part.seconds;
        }
        EXPECT_NEAR(sum, iteration_seconds(terms, shape), 1e-9 * sum);
    }
}

TEST(Waterfall, the_bubble_of_one_f_one_b_is_its_textbook_share) {
    CostTerms terms;
    terms.layer_forward = 0.001;
    terms.layer_backward = 0.002;
    const PipelineShape shape{32, 8, 1, 80, Schedule::one_f_one_b};
    const auto parts = waterfall(terms, shape);
    const auto bubble =
        std::find_if(parts.begin(), parts.end(), [](const TimePart& part) { return part.name == "pipeline bubble"; });
    ASSERT_NE(bubble, parts.end());
    const double busy = 32 * 10 * 0.003;
    EXPECT_NEAR(bubble->seconds, busy * 7 / 32, 1e-12);  // (p - 1) / m
}

TEST(ModelSearch, more_memory_never_makes_the_best_plan_slower) {
    Setting setting("llama2-70b", 64);
    Space space = shipped_space("astra");
    space.micro_batch = {1, 2};
    const auto best_on = [&](const Cluster& cluster) {
        SearchOptions options;
        options.keep = 1;
        options.memory_limit_gib = cluster.gpu.memory_gib;
        TimeModel time(setting.model, cluster, setting.workload, setting.operators, CostParameters{});
        const MemoryModel memory(setting.model, cluster, setting.workload, MemoryParameters{});
        ModelCost cost(time, memory);
        FilterRules rules(setting.filter, setting.model, cluster, setting.workload);
        return exact_search(space, subject_of(setting.model, cluster), rules, cost, options).best.at(0);
    };
    const auto gains = resource_gains(setting.cluster, best_on(setting.cluster), best_on);
    ASSERT_EQ(gains.size(), 5U);
    for (const ResourceGain& gain : gains) EXPECT_GE(gain.relative_gain(), 0) << gain.resource;
}

}  // namespace
}  // namespace atl::plan
