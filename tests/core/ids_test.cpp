// SPDX-License-Identifier: Apache-2.0
// Evaluation keys have one spelling, and only that one reads back.
#include "atoll/core/ids.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <unordered_set>

namespace atl {
namespace {

TEST(EvaluationKey, survives_the_way_to_text_and_back) {
    const EvaluationKey largest{std::numeric_limits<std::uint32_t>::max(), std::numeric_limits<std::uint64_t>::max(),
                                std::numeric_limits<std::uint32_t>::max(), std::numeric_limits<std::uint32_t>::max()};
    EXPECT_EQ(to_string(EvaluationKey{3, 41, 15, 0}), "3/41/15/0");
    for (const EvaluationKey& key : {EvaluationKey{}, EvaluationKey{3, 41, 15, 1}, largest}) {
        EXPECT_EQ(parse_evaluation_key(to_string(key)), key);
    }
}

TEST(EvaluationKey, refuses_any_other_text) {
    for (const char* text :
         {"", "1", "1/2/3", "1/2/3/4/5", "1/2/3/4 ", " 1/2/3/4", "1/2/3/-4", "+1/2/3/4", "1//3/4", "01/2/3/4",
          "1/2/3/4/", "/1/2/3", "1/2/3/x", "4294967296/0/0/0", "0/18446744073709551616/0/0", "0x1/2/3/4"}) {
        EXPECT_FALSE(parse_evaluation_key(text)) << "'" << text << "'";
    }
}

TEST(EvaluationKey, orders_by_island_then_step_then_slot_then_attempt) {
    EXPECT_LT((EvaluationKey{0, 9, 9, 9}), (EvaluationKey{1, 0, 0, 0}));
    EXPECT_LT((EvaluationKey{1, 0, 9, 9}), (EvaluationKey{1, 1, 0, 0}));
    EXPECT_LT((EvaluationKey{1, 1, 0, 9}), (EvaluationKey{1, 1, 1, 0}));
    EXPECT_LT((EvaluationKey{1, 1, 1, 0}), (EvaluationKey{1, 1, 1, 1}));
}

TEST(EvaluationKey, neighbours_hash_apart) {
    std::unordered_set<std::size_t> hashes;
    for (std::uint32_t island = 0; island < 8; ++island) {
        for (std::uint64_t step = 0; step < 100; ++step) {
            for (std::uint32_t slot = 0; slot < 16; ++slot) {
                hashes.insert(std::hash<EvaluationKey>{}(EvaluationKey{island, step, slot, 0}));
            }
        }
    }
    EXPECT_EQ(hashes.size(), 8U * 100 * 16);
}

}  // namespace
}  // namespace atl
