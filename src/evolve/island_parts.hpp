// SPDX-License-Identifier: Apache-2.0
// What proposing by operators and by models have in common: private to the island.
#pragma once

#include <cstddef>
#include <ctime>
#include <memory>

#include "atoll/evolve/population.hpp"

namespace atl::evolve {

/// Of models, that an island keeps.
inline constexpr std::size_t most_mistakes = 4;

inline double thread_cpu_seconds() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

inline Population::Member make_individual(const EvaluationRecord& record, double fitness) {
    auto member = std::make_shared<Individual>();
    member->record = record;
    member->fitness = fitness;
    return member;
}

/// The candidate of an individual, which lives as long as somebody holds this.
inline std::shared_ptr<const Candidate> candidate_of(const Population::Member& member) {
    return {member, &member->record.candidate};
}

}  // namespace atl::evolve
