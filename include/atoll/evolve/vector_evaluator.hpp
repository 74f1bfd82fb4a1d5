// SPDX-License-Identifier: Apache-2.0
// Judges candidates of the genome "vector" by a problem's own strict judge, on the calling thread.
#pragma once

#include <memory>

#include "atoll/engine/evaluator.hpp"
#include "atoll/problems/vector_problem.hpp"

namespace atl::evolve {

/// Thread-safe: holds nothing but the immutable problem. A candidate of another genome, or of bytes that are no whole
/// coordinates, is `wrong` with reason "not_a_vector". wall_seconds is monotonic, cpu_seconds is this thread's CPU
/// clock.
class VectorEvaluator final : public engine::Evaluator {
public:
    explicit VectorEvaluator(std::shared_ptr<const problems::VectorProblem> problem);
    engine::EvaluationOutcome evaluate(const engine::EvaluationRequest& request) const override;

private:
    std::shared_ptr<const problems::VectorProblem> problem_;
};

/// One candidate before a problem's judge, as VectorEvaluator does it.
engine::EvaluationOutcome judge_vector(const problems::VectorProblem& problem, const Candidate& candidate);

}  // namespace atl::evolve
