// SPDX-License-Identifier: Apache-2.0
// What an island knows that a question to a model may show.
#pragma once

#include <vector>

#include "atoll/core/record.hpp"

namespace atl::evolve {

/// What a prompt may draw on. Records hold their candidates.
struct PromptContext {
    const EvaluationRecord* parent = nullptr;           ///< the program to change; for "llm_repair" one that failed
    const EvaluationRecord* mate = nullptr;             ///< "llm_crossover"
    std::vector<const EvaluationRecord*> inspirations;  ///< other good ones of the island, best first
    std::vector<const EvaluationRecord*> mistakes;  ///< what models made here and was refused or failed, newest first
    /// False in deterministic runs: a prompt with measured times could not be had again.
    bool with_timings = true;
};

}  // namespace atl::evolve
