// SPDX-License-Identifier: Apache-2.0
// Ring and random migration targets.
#include "atoll/evolve/topology.hpp"

#include "atoll/core/random.hpp"

namespace atl::evolve {

std::string_view to_string(Topology topology) { return topology == Topology::ring ? "ring" : "random"; }

std::optional<Topology> parse_topology(std::string_view text) {
    if (text == "ring") return Topology::ring;
    if (text == "random") return Topology::random;
    return std::nullopt;
}

std::optional<std::uint32_t> migration_target(Topology topology, std::uint64_t seed, std::uint32_t island,
                                              std::uint32_t islands, std::uint64_t epoch) {
    if (islands < 2) return std::nullopt;
    if (topology == Topology::ring) return (island + 1) % islands;
    RandomStream random(seed, island, epoch, 0, StreamPurpose::migrate);
    return (island + 1 + static_cast<std::uint32_t>(random.below(islands - 1))) % islands;
}

}  // namespace atl::evolve
