// SPDX-License-Identifier: Apache-2.0
// Brings islands back to where the journals left them.
#pragma once

#include <cstdint>

#include "atoll/engine/island.hpp"
#include "atoll/engine/island_runner.hpp"
#include "atoll/journal/reader.hpp"

namespace atl::engine {

/// Seconds that earlier incarnations ran: the latest record of any kind.
double elapsed_seconds(const journal::RunContents& contents);

/// Fetches the candidates that the functions below need, of contents read with `locate_candidates`.
void load_needed_candidates(journal::RunContents& contents, bool deterministic, std::uint32_t islands);

/// Restores `island`: its last snapshot, then the records and migrations that came after it, in the order in which the
/// island learnt them. Returns the engine's side of it. `contents` needs the candidates of those.
IslandProgress restore_island(Island& island, std::uint32_t id, const journal::RunContents& contents,
                              Direction direction);

/// The step from which all islands of a deterministic run can go on together: the latest that each has a snapshot of,
/// else 0. Islands wait for each other at the end of an epoch, so that they are never more than one snapshot apart.
std::uint64_t common_step(const journal::RunContents& contents, std::uint32_t islands);

/// Restores an island of a deterministic run at a common step. Records from there on are not replayed: their slots will
/// be proposed again, and what is recorded is taken for what came of it.
IslandProgress restore_island_at(Island& island, std::uint32_t id, const journal::RunContents& contents,
                                 Direction direction, std::uint64_t step, std::uint32_t batch);

}  // namespace atl::engine
