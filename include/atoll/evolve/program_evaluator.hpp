// SPDX-License-Identifier: Apache-2.0
// Takes program candidates through a problem's cascade: run in the sandbox, judged outside of it, stage by stage.
#pragma once

#include <memory>
#include <vector>

#include "atoll/engine/evaluator.hpp"
#include "atoll/evolve/program_runner.hpp"

namespace atl::evolve {

/// Thread-safe. The verdict `ok` and the score come from the judge alone, in this process, from the bounded bytes that
/// the program left; how the program ended can only take a verdict away.
class ProgramEvaluator final : public engine::Evaluator {
public:
    /// `runner`: null where problem->judges_text(). `thresholds`: the score that a candidate must reach in each of the
    /// first stages of the open instances for the next one to run; one that is not finite, or missing, lets all pass.
    ProgramEvaluator(std::shared_ptr<const problems::ProgramProblem> problem,
                     std::shared_ptr<const ProgramRunner> runner, std::vector<double> thresholds = {});

    /// A candidate of genome "vector" goes before the judge of problem.vectors(), where there is one.
    engine::EvaluationOutcome evaluate(const engine::EvaluationRequest& request) const override;
    /// The same, and the execution of the last stage, without its results.
    engine::EvaluationOutcome evaluate(const engine::EvaluationRequest& request, ProgramRun& last) const;

private:
    std::shared_ptr<const problems::ProgramProblem> problem_;
    std::shared_ptr<const ProgramRunner> runner_;
    std::vector<double> thresholds_;
};

}  // namespace atl::evolve
