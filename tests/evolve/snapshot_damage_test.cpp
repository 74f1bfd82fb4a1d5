// SPDX-License-Identifier: Apache-2.0
// An island's snapshot cut at every byte or flipped at every bit: refused with a domain error or taken, never a crash.
#include <gtest/gtest.h>

#include "atoll/core/error.hpp"
#include "evolve/mill.hpp"
#include "evolve/test_problem.hpp"

namespace atl::evolve {
namespace {

IslandOptions small_options() {
    IslandOptions options;
    options.batch = 4;
    options.islands = 3;
    options.population.size = 4;
    options.elites = 2;
    return options;
}

std::string snapshot_of(const testing::Mill& mill) {
    const auto island = mill.island(small_options());
    for (std::uint64_t step = 0; step < 3; ++step) mill.step(*island, step);
    return island->snapshot();
}

TEST(SnapshotDamage, CutAtAnyByteItIsRefused) {
    const testing::Mill mill(std::make_shared<testing::Sphere>(2));
    const std::string whole = snapshot_of(mill);
    ASSERT_NO_THROW(mill.island(small_options())->restore(whole, mill.bytes_of()));
    // of no bytes at all an island begins anew
    for (std::size_t length = 1; length < whole.size(); ++length) {
        ASSERT_THROW(mill.island(small_options())->restore(whole.substr(0, length), mill.bytes_of()), Error) << length;
    }
    ASSERT_THROW(mill.island(small_options())->restore(whole + "x", mill.bytes_of()), DamageError);
}

TEST(SnapshotDamage, WithAnyBitFlippedItIsRefusedOrTheIslandGoesOn) {
    const testing::Mill mill(std::make_shared<testing::Sphere>(2));
    const std::string whole = snapshot_of(mill);
    std::size_t refused = 0;
    for (std::size_t bit = 0; bit < 8 * whole.size(); ++bit) {
        std::string bytes = whole;
        bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << (bit % 8)));
        const auto island = mill.island(small_options());
        try {
            island->restore(bytes, mill.bytes_of());
        } catch (const Error&) {
            ++refused;
            continue;
        }
        mill.step(*island, 3);
    }
    EXPECT_GT(refused, whole.size());  // lengths, keys and kinds; a number's other bits are another number
}

}  // namespace
}  // namespace atl::evolve
