// SPDX-License-Identifier: Apache-2.0
// What a report must be told beside the records of a run.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "atoll/core/score.hpp"
#include "atoll/problems/problem.hpp"

namespace atl::report {

/// The best candidate on instances that the search never saw.
struct FinalCheck {
    std::string key;           ///< of the evaluation whose candidate it is
    bool of_the_best = false;  ///< of what the report calls the best, too
    std::string verdict;
    std::string reason;
    Score score;
    std::vector<Metric> metrics;
};

/// Empty texts, zeros and empty options are left out when printed.
struct RunFacts {
    std::string directory;  ///< RUN
    std::string problem;
    Direction direction = Direction::maximize;
    std::optional<std::uint64_t> seed;
    std::uint32_t ranks = 0;
    std::uint32_t islands = 0;
    std::string commit;  ///< of the program that wrote the run
    std::string state;   ///< one phrase: "running", "target reached", "time limit", "stopped by SIGINT"
    std::optional<double> target;
    std::optional<problems::PublishedValue> best_known;  ///< the highest strictly verified value known
    std::vector<problems::PublishedValue> published;
    std::optional<FinalCheck> final_check;
};

/// Name, direction and published values of a problem; the rest stays at its default.
RunFacts facts_of(const problems::Problem& problem);

}  // namespace atl::report
