// SPDX-License-Identifier: Apache-2.0
// What `atoll evolve` says last.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "atoll/core/record.hpp"
#include "atoll/engine/messages.hpp"
#include "atoll/report/run_facts.hpp"

namespace atl::report {

/// All that is needed, so that a run need not be read back to say good-bye. Empty texts are left out.
struct Closing {
    RunFacts facts;  ///< problem, direction, target, published values
    engine::StopReason reason = engine::StopReason::none;
    std::string reason_text;   ///< for signal and failure: "SIGINT", "stop file", the error
    double limit_seconds = 0;  ///< for time_limit
    Score best;                ///< unscored: nothing valid was found
    std::optional<EvaluationKey> key;
    std::string operator_name;
    double best_seconds = 0;      ///< when the best was found
    std::vector<Metric> metrics;  ///< of the best
    std::uint64_t evaluations = 0;
    std::uint64_t objective_calls = 0;
    double elapsed_seconds = 0;
    std::string model;    ///< what language models did, or that none was asked
    std::string archive;  ///< path
    std::string picture;  ///< path of the solution's figure
};

/// Several lines, each ended: the proven best as an interval beside the published values, what may be claimed
/// (claim()), why the run ended, what it took, where archive and picture lie, and for a run that can go on, the command
/// that does so.
std::string closing_summary(const Closing& closing);

}  // namespace atl::report
