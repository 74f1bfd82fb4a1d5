// SPDX-License-Identifier: Apache-2.0
// Islands of one problem, driven by hand.
#pragma once

#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "atoll/evolve/evolution_island.hpp"
#include "atoll/evolve/vector_evaluator.hpp"
#include "atoll/evolve/vector_variation.hpp"

namespace atl::evolve::testing {

/// A problem with its islands, driven by hand: propose a whole step, then commit in slot order.
class Mill {
public:
    explicit Mill(const std::shared_ptr<const problems::VectorProblem>& problem)
        : evaluator_(problem), variation_(std::make_shared<const VectorVariation>(problem)) {}

    std::unique_ptr<EvolutionIsland> island(const IslandOptions& options) const {
        return std::make_unique<EvolutionIsland>(variation_, options);
    }

    EvaluationRecord evaluate(const engine::Proposal& proposal) const {
        engine::Made made = proposal.make();
        EvaluationRecord record;
        record.key = proposal.key;
        record.parent_1 = proposal.parent_1;
        record.parent_2 = proposal.parent_2;
        record.operator_name = proposal.operator_name;
        record.candidate = std::move(made.candidate);
        record.candidate_sha256 = sha256(record.candidate.bytes);
        record.objective_calls = made.objective_calls + 1;
        const engine::EvaluationOutcome outcome = evaluator_.evaluate({record.key, &record.candidate, "open"});
        record.verdict = outcome.verdict;
        record.score = outcome.score;
        return record;
    }

    std::vector<EvaluationRecord> step(EvolutionIsland& island, std::uint64_t step, std::uint32_t batch = 4,
                                       bool acknowledge = true) const {
        std::vector<engine::Proposal> proposals;
        for (std::uint32_t slot = 0; slot < batch; ++slot) proposals.push_back(island.propose(step, slot, false));
        std::vector<EvaluationRecord> records;
        for (const engine::Proposal& proposal : proposals) {
            records.push_back(evaluate(proposal));
            bytes_[records.back().candidate_sha256] = records.back().candidate.bytes;
            island.commit(records.back());
            if (acknowledge) island.acknowledged(records.back().key);
        }
        return records;
    }

    /// Of every candidate that was stepped through.
    engine::CandidateBytes bytes_of() const {
        return [this](const Sha256& content) { return bytes_[content]; };
    }

private:
    mutable std::map<Sha256, std::string> bytes_;
    VectorEvaluator evaluator_;
    std::shared_ptr<const VectorVariation> variation_;
};

}  // namespace atl::evolve::testing
