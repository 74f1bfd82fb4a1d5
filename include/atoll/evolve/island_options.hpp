// SPDX-License-Identifier: Apache-2.0
// What a job says about its islands.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "atoll/core/record.hpp"
#include "atoll/evolve/pipeline_bandit.hpp"
#include "atoll/evolve/population.hpp"
#include "atoll/evolve/topology.hpp"

namespace atl::evolve {

struct MigrationOptions {
    Topology topology = Topology::ring;
    std::uint32_t migrants = 1;  ///< elites sent in one epoch, at most; 0: none
};

struct IslandOptions {
    std::uint64_t seed = 1;
    std::uint32_t island = 0;   ///< this one
    std::uint32_t islands = 8;  ///< of the whole run
    std::uint32_t batch = 16;   ///< candidates per step
    PopulationOptions population;
    std::uint32_t elites = 4;              ///< best ones ever that survive a restart and may migrate; at least 1
    std::uint32_t initial_candidates = 0;  ///< random ones after a (re)start; 0: as many as the population holds
    std::uint64_t stagnation_steps = 60;   ///< steps without a new best until the population starts anew; 0: never
    MigrationOptions migration;
    BanditOptions bandit;
    std::vector<double> model_weights;        ///< share of the questions that each model gets; empty: there is none
    bool prompts_with_timings = true;         ///< measured times may stand in prompts
    std::optional<Candidate> seed_candidate;  ///< enters as step 0, slot 0
};

}  // namespace atl::evolve
