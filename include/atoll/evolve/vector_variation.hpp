// SPDX-License-Identifier: Apache-2.0
// Variation of vectors: pipelines of VectorOperators.
#pragma once

#include <memory>

#include "atoll/evolve/variation.hpp"
#include "atoll/evolve/vector_operators.hpp"

namespace atl::evolve {

class VectorVariation final : public Variation {
public:
    /// `names` of pipelines; empty: VectorOperators::default_pipelines(). Throws InputError for an unknown one.
    explicit VectorVariation(std::shared_ptr<const problems::VectorProblem> problem,
                             const std::vector<std::string>& names = {});

    std::string_view genome() const override;
    Direction direction() const override { return operators_.problem().direction(); }
    const std::vector<Pipeline>& pipelines() const override { return pipelines_; }
    const Pipeline& starter() const override { return starter_; }
    void check(const Candidate& candidate) const override;
    engine::Made make(const Pipeline& pipeline, std::span<const Candidate* const> parents, RandomStream& random,
                      const Candidate* to_beat) const override;

private:
    VectorOperators operators_;
    std::vector<VectorPipeline> vector_pipelines_;  ///< in the order of pipelines_, then the starter
    std::vector<Pipeline> pipelines_;
    Pipeline starter_;
};

}  // namespace atl::evolve
