// SPDX-License-Identifier: Apache-2.0
// One proposal on its way through a worker: private to the rank.
#pragma once

#include <memory>
#include <string>

#include "atoll/engine/evaluator.hpp"
#include "atoll/engine/history.hpp"
#include "atoll/engine/island.hpp"
#include "atoll/engine/rank.hpp"

namespace atl::engine {

/// Owned by the loop and, while `work` runs, used by one worker alone.
struct Rank::Flight {
    std::size_t runner = 0;
    Proposal proposal;
    std::shared_ptr<const History> history;
    Made made;
    bool is_made = false;
    Sha256 content{};
    bool cache_hit = false;
    std::string reply;  ///< to the proposal's question
    double usd = 0;     ///< of it
    /// The outcome stands: another attempt would come to the same.
    bool is_final = false;
    EvaluationOutcome outcome;
    double make_seconds = 0;  ///< on a worker, by its clock

    /// Makes the candidate (once), looks it up, evaluates it where it is new. Runs on a worker and never throws.
    void work(const Evaluator& evaluator);
};

}  // namespace atl::engine
