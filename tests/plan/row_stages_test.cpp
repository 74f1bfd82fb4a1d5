// SPDX-License-Identifier: Apache-2.0
// Plans on several types of GPU as tables of runs write them.
#include <gtest/gtest.h>

#include "atoll/core/error.hpp"
#include "atoll/plan/measured_table.hpp"

namespace atl::plan {
namespace {

TEST(RowStages, stages_replicas_and_their_sizes_are_read) {
    const auto stages =
        parse_row_stages("L13:8xRTX-3090/tp8;8xRTX-2080/tp4|L13:8xTitan-RTX/tp8;8xRTX-2080/tp8", 24, shipped_gpus());
    ASSERT_EQ(stages.size(), 2U);
    EXPECT_EQ(stages[0].layers, 12U) << "the embedding counts as one of the first stage's layers";
    EXPECT_EQ(stages[1].layers, 12U);
    EXPECT_EQ(stages[0].replicas.at(1).gpu.name, "RTX2080");
    EXPECT_EQ(stages[0].replicas.at(1).tensor, 4);
    EXPECT_EQ(parse_row_stages("L24:8xRTX-3090/tp8", 24, shipped_gpus()).at(0).layers, 24U);
}

TEST(RowStages, what_does_not_fit_is_refused) {
    for (const char* wrong : {"", "24:8xRTX-3090/tp8", "L24:8RTX-3090/tp8", "L24:8xAbacus/tp8", "L24:8xRTX-3090/tp0",
                              "L20:8xRTX-3090/tp8", "L12:8xRTX-3090/tp8|L12:8xRTX-3090/tp8;8xRTX-3090/tp8"}) {
        EXPECT_THROW(parse_row_stages(wrong, 24, shipped_gpus()), InputError) << wrong;
    }
}

}  // namespace
}  // namespace atl::plan
