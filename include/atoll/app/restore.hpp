// SPDX-License-Identifier: Apache-2.0
// Brings islands back to where the journals left them.
#pragma once

#include <cstdint>

#include "atoll/engine/island.hpp"
#include "atoll/engine/island_runner.hpp"
#include "atoll/journal/reader.hpp"

namespace atl::app {

/// Seconds that earlier incarnations ran: the latest record of any kind.
double elapsed_seconds(const journal::RunContents& contents);

/// Restores `island` (its last snapshot, then the records and migrations that came after it, in step order) and returns
/// the engine's side of it. `contents` needs its candidates.
engine::IslandProgress restore_island(engine::Island& island, std::uint32_t id, const journal::RunContents& contents,
                                      Direction direction);

}  // namespace atl::app
