// SPDX-License-Identifier: Apache-2.0
// An island that evolves candidates of one genome.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "atoll/engine/island.hpp"
#include "atoll/evolve/island_options.hpp"
#include "atoll/evolve/pipeline_bandit.hpp"
#include "atoll/evolve/population.hpp"
#include "atoll/evolve/variation.hpp"

namespace atl::evolve {

/// Eras: an island starts from random candidates, evolves them, and once it found nothing better for
/// `stagnation_steps` starts anew; its elites stay aside, for migration and as the record of what it reached.
///
/// Invariants: the state is a function of the records committed and the migrants taken in, in their order; a proposal
/// is a function of (state, step, slot), with randomness keyed by (seed, island, step, slot) alone. Only `ok`
/// verdicts enter the population. Only acknowledged elites leave.
class EvolutionIsland final : public engine::Island {
public:
    /// `variation` may be shared by all islands of a process. Throws InputError on options that make no sense
    /// (island >= islands, no slots, a seed candidate of another genome).
    EvolutionIsland(std::shared_ptr<const Variation> variation, IslandOptions options);

    engine::Proposal propose(std::uint64_t step, std::uint32_t slot, bool may_ask) override;
    bool must_ask(std::uint64_t step, std::uint32_t slot) const override;
    void commit(const EvaluationRecord& record) override;
    void acknowledged(const EvaluationKey& key) override;
    std::vector<engine::Migrant> emigrants(std::uint64_t epoch) override;
    void immigrate(const engine::Migrant& migrant) override;
    std::string snapshot() const override;
    void restore(const std::string& snapshot, const engine::CandidateBytes& bytes_of) override;
    /// Commits the record and marks it acknowledged: what is replayed was on disk.
    void replay(const EvaluationRecord& record) override;

    const Population& population() const { return population_; }
    /// The best ones of all eras.
    const Population& elites() const { return elites_; }
    const PipelineBandit& bandit() const { return bandit_; }
    std::uint64_t era() const { return era_; }

private:
    bool starting(std::uint64_t step, std::uint32_t slot) const;
    bool is_seed(std::uint64_t step, std::uint32_t slot) const;
    void fill(engine::Proposal& proposal, const Pipeline& pipeline, RandomStream& random) const;
    void ask(engine::Proposal& proposal, const Pipeline& chosen, RandomStream& random) const;
    std::vector<Population::Member> inspirations(const Population::Member& parent, RandomStream& random) const;
    std::size_t pick_model(double uniform) const;
    void note_mistake(const EvaluationRecord& record);
    void learn(const EvaluationRecord& record);
    void check_member(const Candidate& candidate) const;
    double fitness_of(const EvaluationRecord& record) const;
    void restart();

    IslandOptions options_;
    std::shared_ptr<const Variation> variation_;  ///< shared with proposals on their way
    Population population_;
    Population elites_;
    PipelineBandit bandit_;
    /// Taken in, but not yet acknowledged.
    std::unordered_map<EvaluationKey, Population::Member> unacknowledged_;
    /// What models made here that failed or could not be read, newest first: shown to them, and to be repaired.
    std::deque<Population::Member> mistakes_;
    std::uint64_t era_ = 0;
    std::uint64_t era_first_step_ = 0;      ///< records of earlier steps belong to an earlier era
    std::uint64_t last_progress_step_ = 0;  ///< when this era last found a new best
    std::uint64_t last_step_ = 0;           ///< the highest step proposed or replayed
};

}  // namespace atl::evolve
