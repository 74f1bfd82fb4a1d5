// SPDX-License-Identifier: Apache-2.0
// Tests of who sends elites to whom.
#include "atoll/evolve/topology.hpp"

#include <gtest/gtest.h>

#include <set>

namespace atl::evolve {
namespace {

TEST(Topology, RingVisitsEveryIslandOnce) {
    std::uint32_t island = 0;
    std::set<std::uint32_t> visited;
    for (int i = 0; i < 7; ++i) {
        visited.insert(island);
        island = migration_target(Topology::ring, 1, island, 7, 3).value();
    }
    EXPECT_EQ(visited.size(), 7U);
    EXPECT_EQ(island, 0U);
}

TEST(Topology, RandomNeverTargetsItselfAndReachesAll) {
    for (std::uint32_t island = 0; island < 5; ++island) {
        std::set<std::uint32_t> targets;
        for (std::uint64_t epoch = 0; epoch < 200; ++epoch) {
            const auto target = migration_target(Topology::random, 7, island, 5, epoch);
            EXPECT_EQ(target, migration_target(Topology::random, 7, island, 5, epoch));
            targets.insert(target.value());
        }
        EXPECT_EQ(targets.size(), 4U);
        EXPECT_FALSE(targets.contains(island));
    }
}

TEST(Topology, LonelyIslandHasNoTarget) {
    EXPECT_FALSE(migration_target(Topology::ring, 1, 0, 1, 0).has_value());
    EXPECT_FALSE(migration_target(Topology::random, 1, 0, 1, 0).has_value());
}

TEST(Topology, NamesReadBack) {
    for (const Topology each : {Topology::ring, Topology::random}) EXPECT_EQ(parse_topology(to_string(each)), each);
    EXPECT_FALSE(parse_topology("torus").has_value());
}

}  // namespace
}  // namespace atl::evolve
