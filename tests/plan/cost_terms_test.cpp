// SPDX-License-Identifier: Apache-2.0
// The sum of an iteration's terms: bubbles by schedule, and growth in every term, on which the search's bounds rest.
#include "atoll/plan/cost_terms.hpp"

#include <gtest/gtest.h>

#include <array>
#include <random>

namespace atl::plan {
namespace {

constexpr std::array fields{&CostTerms::layer_forward,
                            &CostTerms::layer_backward,
                            &CostTerms::layer_recompute,
                            &CostTerms::embedding,
                            &CostTerms::head,
                            &CostTerms::p2p,
                            &CostTerms::micro_batch_overhead,
                            &CostTerms::gradient_sync,
                            &CostTerms::parameter_gather,
                            &CostTerms::optimizer,
                            &CostTerms::fixed,
                            &CostTerms::slowdown};

TEST(IterationSeconds, grow_with_every_term) {
    std::mt19937_64 random(3);
    std::uniform_real_distribution<double> uniform(0, 1);
    for (int i = 0; i < 2000; ++i) {
        CostTerms terms;
        for (const auto field : fields) terms.*field = uniform(random);
        terms.slowdown = 1 + uniform(random);
        PipelineShape shape;
        shape.micro_batches = 1 + static_cast<std::uint32_t>(random() % 64);
        shape.stages = 1 + static_cast<std::uint32_t>(random() % 8);
        shape.schedule = static_cast<Schedule>(random() % 4);
        if (shape.schedule == Schedule::interleaved)
            shape.virtual_stages = 1 + static_cast<std::uint32_t>(random() % 4);
        shape.layers = shape.stages * (1 + static_cast<std::uint32_t>(random() % 10));
        const double before = iteration_seconds(terms, shape);
        for (const auto field : fields) {
            CostTerms more = terms;
            more.*field *= 1.01;
            EXPECT_GE(iteration_seconds(more, shape), before);
        }
    }
}

double bubble_share(Schedule schedule, std::uint32_t virtual_stages) {
    CostTerms terms;
    terms.layer_forward = 1;
    terms.layer_backward = 2;
    const PipelineShape shape{
        .micro_batches = 16, .stages = 4, .virtual_stages = virtual_stages, .layers = 32, .schedule = schedule};
    const double busy = 16 * 8 * 3;
    return iteration_seconds(terms, shape) / busy - 1;
}

TEST(IterationSeconds, have_the_published_bubbles) {
    EXPECT_NEAR(bubble_share(Schedule::one_f_one_b, 1), 3.0 / 16, 1e-12);
    EXPECT_NEAR(bubble_share(Schedule::gpipe, 1), 3.0 / 16, 1e-12);
    EXPECT_NEAR(bubble_share(Schedule::interleaved, 4), 3.0 / (4 * 16), 1e-12);
    EXPECT_NEAR(bubble_share(Schedule::zero_bubble, 1), 1.0 / 16, 1e-12);
}

TEST(CostTerms, frozen_weights_are_neither_differentiated_nor_updated) {
    CostTerms terms;
    terms.layer_forward = 1;
    terms.layer_backward = 2;
    terms.optimizer = terms.gradient_sync = terms.parameter_gather = 5;
    const PipelineShape shape{.micro_batches = 4, .layers = 10};
    EXPECT_DOUBLE_EQ(iteration_seconds(terms, shape), 4 * 10 * 3 + 15);
    EXPECT_DOUBLE_EQ(iteration_seconds(with_frozen_weights(terms), shape), 4 * 10 * 2);
}

}  // namespace
}  // namespace atl::plan
