// SPDX-License-Identifier: Apache-2.0
// Who sends elites to whom.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace atl::evolve {

enum class Topology : std::uint8_t {
    ring,    ///< to the next island, the last to the first
    random,  ///< to another island, drawn anew for each epoch
};

std::string_view to_string(Topology topology);
std::optional<Topology> parse_topology(std::string_view text);

/// The island that `island` sends to in `epoch`; empty when there is no other. Requires island < islands.
/// Random targets are keyed by (seed, island, epoch) alone, so that every rank can tell them.
std::optional<std::uint32_t> migration_target(Topology topology, std::uint64_t seed, std::uint32_t island,
                                              std::uint32_t islands, std::uint64_t epoch);

}  // namespace atl::evolve
