// SPDX-License-Identifier: Apache-2.0
// The whole run as rank 0 knows it: what progress lines, status.json and the end of a run are made of.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "atoll/engine/messages.hpp"

namespace atl::engine {

struct RunStatus {
    double elapsed_seconds = 0;     ///< earlier incarnations included
    std::uint64_t evaluations = 0;  ///< acknowledged by this incarnation
    std::uint64_t in_flight = 0;
    std::uint64_t asking = 0;  ///< questions to models on their way
    std::uint64_t migrations = 0;
    std::uint64_t journal_records = 0;
    int ranks = 0;
    int ranks_lost = 0;
    std::vector<IslandStatus> islands;       ///< ascending by island
    std::optional<IslandStatus> best;        ///< the island with the best proven value
    std::optional<llm::ClientStatus> model;  ///< summed over ranks; none: no model is asked
    StopRequest stop;                        ///< reason none while the run goes on
};

}  // namespace atl::engine
