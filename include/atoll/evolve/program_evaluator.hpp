// SPDX-License-Identifier: Apache-2.0
// Runs candidates of the genome "program" in the sandbox, and has a native judge look at the numbers they leave.
#pragma once

#include <memory>
#include <string>

#include "atoll/engine/evaluator.hpp"
#include "atoll/evolve/program_genome.hpp"
#include "atoll/problems/program_problem.hpp"
#include "atoll/problems/vector_problem.hpp"
#include "atoll/sandbox/warden.hpp"

namespace atl::evolve {

/// Thread-safe. The verdict `ok` and the score come from the judge alone, in this process, from at most
/// problem.result_bytes bytes of binary64; how the program ended can only take a verdict away.
class ProgramEvaluator final : public engine::Evaluator {
public:
    ProgramEvaluator(problems::ProgramProblem problem, std::shared_ptr<const problems::VectorProblem> judge,
                     std::shared_ptr<sandbox::Warden> warden, sandbox::Limits limits);

    engine::EvaluationOutcome evaluate(const engine::EvaluationRequest& request) const override;
    /// The same, and how the program ran.
    engine::EvaluationOutcome evaluate(const engine::EvaluationRequest& request, sandbox::Execution& execution) const;

private:
    problems::ProgramProblem problem_;
    std::shared_ptr<const problems::VectorProblem> judge_;
    std::shared_ptr<sandbox::Warden> warden_;
    sandbox::Limits limits_;
};

}  // namespace atl::evolve
