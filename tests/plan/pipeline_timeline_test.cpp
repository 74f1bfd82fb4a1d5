// SPDX-License-Identifier: Apache-2.0
// Pipelines played through: as long as the time model says, and every dependency kept.
#include "atoll/plan/pipeline_timeline.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <stdexcept>
#include <tuple>

namespace atl::plan {
namespace {

CostTerms plain() {
    CostTerms terms;
    terms.layer_forward = 1;
    terms.layer_backward = 2;
    return terms;
}

double length(const std::vector<PipelineSlot>& slots) {
    double end = 0;
    for (const PipelineSlot& slot : slots) end = std::max(end, slot.end);
    return end;
}

TEST(PipelineTimeline, every_schedule_takes_as_long_as_the_time_model_says) {
    for (const Schedule schedule :
         {Schedule::gpipe, Schedule::one_f_one_b, Schedule::interleaved, Schedule::zero_bubble}) {
        for (const std::uint32_t stages : {2U, 4U, 8U}) {
            for (const std::uint32_t groups : {2U, 5U}) {
                const PipelineShape shape{.micro_batches = groups * stages,
                                          .stages = stages,
                                          .virtual_stages = schedule == Schedule::interleaved ? 3U : 1U,
                                          .layers = 6 * stages,
                                          .schedule = schedule};
                EXPECT_NEAR(length(pipeline_timeline(plain(), shape)), iteration_seconds(plain(), shape), 1e-9)
                    << to_string(schedule) << " " << stages << " " << groups;
            }
        }
    }
}

TEST(PipelineTimeline, a_stage_does_one_thing_at_a_time_and_each_pass_once) {
    const PipelineShape shape{
        .micro_batches = 8, .stages = 4, .virtual_stages = 2, .layers = 8, .schedule = Schedule::interleaved};
    const auto slots = pipeline_timeline(plain(), shape);
    EXPECT_EQ(slots.size(), 2U * 8 * 2 * 4);
    std::map<std::tuple<std::uint32_t, std::uint32_t, std::uint32_t, PipelineWork>, double> seen;
    std::map<std::uint32_t, double> free;
    for (const PipelineSlot& slot : slots) {
        EXPECT_GE(slot.begin, free[slot.stage]);
        free[slot.stage] = slot.end;
        EXPECT_TRUE(seen.emplace(std::tuple(slot.stage, slot.chunk, slot.micro_batch, slot.work), slot.end).second);
    }
    for (const PipelineSlot& slot : slots) {
        if (slot.work != PipelineWork::backward) continue;
        EXPECT_LE(seen.at({slot.stage, slot.chunk, slot.micro_batch, PipelineWork::forward}), slot.begin);
    }
}

TEST(PipelineTimeline, interleaving_without_whole_groups_is_refused) {
    const PipelineShape shape{
        .micro_batches = 6, .stages = 4, .virtual_stages = 2, .layers = 8, .schedule = Schedule::interleaved};
    EXPECT_THROW(pipeline_timeline(plain(), shape), std::invalid_argument);
}

}  // namespace
}  // namespace atl::plan
