// SPDX-License-Identifier: Apache-2.0
// Variation of programs: operators on their text, the tuner of their numbers, the polish of what they leave.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "atoll/evolve/model_proposer.hpp"
#include "atoll/evolve/program_operators.hpp"
#include "atoll/evolve/program_tuner.hpp"
#include "atoll/evolve/variation.hpp"
#include "atoll/evolve/vector_operators.hpp"

namespace atl::evolve {

/// Pipelines:
///  - each operator of ProgramOperators by its name; one that finds nothing to change gives way to "literal",
///    "operator" and "statement", in this order
///  - the same with "+tune": what came of it, its numbers tuned; "tune": the parent's
///  - where there is a proposer, each of ModelProposer by its name, also with "+tune": a model's reply
///    (not where nothing is run, judges_text())
///  - "polish_output", where a program's result is a vector: that vector, polished, as a candidate of genome "vector"
class ProgramVariation final : public Variation {
public:
    /// `seed`: the program that islands start from. `names` of pipelines; empty: default_pipelines(). Throws InputError
    /// for an unknown one and for a seed that is no program.
    ProgramVariation(std::shared_ptr<const problems::ProgramProblem> problem,
                     std::shared_ptr<const ProgramRunner> runner, std::string seed, std::uint64_t tuner_calls,
                     const std::vector<std::string>& names = {},
                     std::shared_ptr<const ModelProposer> proposer = nullptr);

    /// `with_model`: there is a proposer.
    static std::vector<std::string> default_pipelines(const problems::ProgramProblem& problem, bool with_model);
    /// Throws InputError naming what there is.
    static void check_pipelines(const problems::ProgramProblem& problem, const std::vector<std::string>& names,
                                bool with_model);

    std::string_view genome() const override;
    Direction direction() const override { return problem_->direction(); }
    const std::vector<Pipeline>& pipelines() const override { return pipelines_; }
    const Pipeline& starter() const override { return starter_; }
    void check(const Candidate& candidate) const override;
    /// In evaluations. C++: a run inside the tuner costs a small part of one, which compiles a new structure.
    double cost(std::string_view operator_name, double objective_calls) const override;
    engine::Made make(const Pipeline& pipeline, std::span<const Candidate* const> parents, RandomStream& random,
                      const Candidate* to_beat) const override;
    llm::Request question(const Pipeline& pipeline, const PromptContext& context, RandomStream& random) const override;
    engine::Made make_of_reply(const Pipeline& pipeline, const Candidate& parent, const std::string& reply,
                               RandomStream& random) const override;

private:
    void tune(engine::Made& made, RandomStream& random) const;

    std::string varied(const std::string& name, std::span<const Candidate* const> parents, RandomStream& random) const;
    engine::Made polished_output(const Candidate& parent, RandomStream& random) const;

    std::shared_ptr<const problems::ProgramProblem> problem_;
    std::shared_ptr<const ProgramRunner> runner_;
    std::string seed_;
    ProgramOperators operators_;
    std::shared_ptr<const ModelProposer> proposer_;  ///< null: no model is asked
    ProgramTuner tuner_;
    std::unique_ptr<const VectorOperators> vector_operators_;  ///< where a program's result is a vector
    std::vector<Pipeline> pipelines_;
    Pipeline starter_{"start", 0, 0};
};

}  // namespace atl::evolve
