// SPDX-License-Identifier: Apache-2.0
// The judge's side of the loop: one candidate in, one verdict out, on a worker.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "atoll/core/record.hpp"

namespace atl::engine {

struct EvaluationRequest {
    EvaluationKey key;
    const Candidate* candidate = nullptr;
    std::string instance_set = "open";
};

struct EvaluationOutcome {
    Verdict verdict;
    Score score;
    Origin origin = Origin::measured;
    std::uint32_t stage = 0;
    double wall_seconds = 0;
    double cpu_seconds = 0;
    std::uint64_t peak_bytes = 0;
    std::vector<Metric> metrics;
};

/// Called from several worker threads at once; a verdict, not an exception, says what went wrong.
class Evaluator {
public:
    virtual ~Evaluator() = default;
    virtual EvaluationOutcome evaluate(const EvaluationRequest& request) const = 0;
};

}  // namespace atl::engine
