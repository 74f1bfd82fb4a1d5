// SPDX-License-Identifier: Apache-2.0
// Proposing from and learning into one island's population.
#include "atoll/evolve/evolution_island.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "atoll/core/error.hpp"
#include "evolve/island_parts.hpp"

namespace atl::evolve {
namespace {

constexpr std::uint32_t snapshot_version = 2;  // 2: candidates by content, mistakes

IslandOptions checked(IslandOptions options, const Variation& variation) {
    if (options.islands == 0 || options.island >= options.islands) {
        throw InputError(fmt::format("island {} does not exist in a run of {}", options.island, options.islands));
    }
    if (options.batch == 0) throw InputError("batch must be at least 1");
    if (options.population.size == 0) throw InputError("population must hold at least 1");
    if (options.population.tournament_size == 0) throw InputError("a tournament needs at least 1 entrant");
    if (options.elites == 0) throw InputError("elites must be at least 1");
    if (options.initial_candidates == 0) options.initial_candidates = options.population.size;
    if (options.seed_candidate) variation.check(*options.seed_candidate);
    return options;
}

PopulationOptions elite_options(const IslandOptions& options) {
    PopulationOptions elites = options.population;
    elites.size = options.elites;
    elites.neutral_bytes = 0;  // what may leave must not be replaced again and again
    return elites;
}

std::vector<BanditArm> arms_of(const Variation& variation) {
    std::vector<BanditArm> arms;
    for (const Pipeline& each : variation.pipelines())
        arms.push_back({each.name, variation.cost(each.name, each.expected_calls + 1)});
    return arms;
}

}  // namespace

EvolutionIsland::EvolutionIsland(std::shared_ptr<const Variation> variation, IslandOptions options)
    : options_(checked(std::move(options), *variation)),
      variation_(std::move(variation)),
      population_(options_.population),
      elites_(elite_options(options_)),
      bandit_(arms_of(*variation_), options_.bandit) {}

bool EvolutionIsland::starting(std::uint64_t step, std::uint32_t slot) const {
    if (population_.empty()) return true;
    return step >= era_first_step_ && (step - era_first_step_) * options_.batch + slot < options_.initial_candidates;
}

bool EvolutionIsland::is_seed(std::uint64_t step, std::uint32_t slot) const {
    return options_.seed_candidate && step == 0 && slot == 0;
}

bool EvolutionIsland::must_ask(std::uint64_t step, std::uint32_t slot) const {
    if (is_seed(step, slot) || starting(step, slot)) return false;
    const std::vector<Pipeline>& pipelines = variation_->pipelines();
    return std::all_of(pipelines.begin(), pipelines.end(), [](const Pipeline& each) { return each.asks_model; });
}

engine::Proposal EvolutionIsland::propose(std::uint64_t step, std::uint32_t slot, bool may_ask) {
    last_step_ = std::max(last_step_, step);
    engine::Proposal proposal;
    proposal.key = {options_.island, step, slot, 0};
    if (is_seed(step, slot)) {
        proposal.operator_name = "seed";
        proposal.make = [seed = *options_.seed_candidate] { return engine::Made{seed, 0, 0}; };
        return proposal;
    }
    RandomStream random(options_.seed, options_.island, step, slot, StreamPurpose::propose);
    if (starting(step, slot)) {
        fill(proposal, variation_->starter(), random);
        return proposal;
    }
    const std::vector<Pipeline>& pipelines = variation_->pipelines();
    const auto needs_none = [&pipelines](std::size_t arm) { return !pipelines[arm].asks_model; };
    const std::size_t arm =
        bandit_.pick(random.uniform(), [&](std::size_t each) { return may_ask || needs_none(each); });
    if (!pipelines.at(arm).asks_model) {
        fill(proposal, pipelines[arm], random);
        return proposal;
    }
    ask(proposal, pipelines[arm], random);
    if (const std::size_t other = bandit_.pick(random.uniform(), needs_none); other < pipelines.size()) {
        auto otherwise = std::make_shared<engine::Proposal>();
        otherwise->key = proposal.key;
        fill(*otherwise, pipelines[other], random);
        proposal.question->otherwise = std::move(otherwise);
    }
    return proposal;
}

/// A candidate by an operator of ours.
void EvolutionIsland::fill(engine::Proposal& proposal, const Pipeline& pipeline, RandomStream& random) const {
    std::vector<std::shared_ptr<const Candidate>> parents;
    std::shared_ptr<const Candidate> to_beat;
    if (&pipeline != &variation_->starter()) {
        for (std::uint32_t i = 0; i < pipeline.parents; ++i) {
            // The first parent is selected; its mates are drawn evenly, for diversity.
            const std::size_t index = i == 0 ? population_.select(random) : population_.select_uniform(random);
            parents.push_back(candidate_of(population_[index]));
            if (i == 0) proposal.parent_1 = population_[index]->record.key;
            if (i == 1) proposal.parent_2 = population_[index]->record.key;
        }
        if (population_.full()) to_beat = candidate_of(population_.members().back());
    }
    proposal.operator_name = pipeline.name;
    proposal.make = [variation = variation_, pipeline = &pipeline, parents = std::move(parents),
                     to_beat = std::move(to_beat), seed = options_.seed, key = proposal.key] {
        const double cpu_start = thread_cpu_seconds();
        std::vector<const Candidate*> views;
        for (const auto& parent : parents) views.push_back(parent.get());
        RandomStream operate(seed, key.island, key.step, key.slot, StreamPurpose::operate);
        engine::Made made = variation->make(*pipeline, views, operate, to_beat.get());
        made.cpu_seconds += thread_cpu_seconds() - cpu_start;
        return made;
    };
}

double EvolutionIsland::fitness_of(const EvaluationRecord& record) const {
    const Direction direction = variation_->direction();
    const double value = proven_value(record.score, direction);
    return direction == Direction::maximize ? value : -value;
}

void EvolutionIsland::commit(const EvaluationRecord& record) { learn(record); }

void EvolutionIsland::learn(const EvaluationRecord& record) {
    const std::uint64_t step = record.key.step;
    const bool of_this_era = step >= era_first_step_;
    last_step_ = std::max(last_step_, step);
    double rank_gain = 0;
    if (record.verdict.ok() && record.score.scored() && record.candidate.genome == variation_->genome()) {
        const double fitness = fitness_of(record);
        const bool for_population = of_this_era && population_.wants(fitness, record);
        const bool for_elites = elites_.wants(fitness);
        if (for_population || for_elites) {
            const Population::Member member = make_individual(record, fitness);
            unacknowledged_.emplace(record.key, member);
            if (for_elites) elites_.offer(member);
            if (for_population) {
                const Population::Offer offer = population_.offer(member);
                rank_gain = offer.rank_gain;
                if (offer.new_best) last_progress_step_ = std::max(last_progress_step_, step);
            }
        }
    }
    note_mistake(record);
    if (of_this_era && record.verdict.kind != VerdictKind::infrastructure) {
        bandit_.learn(record.operator_name, rank_gain,
                      variation_->cost(record.operator_name, static_cast<double>(record.objective_calls)));
    }
    if (options_.stagnation_steps > 0 && step >= last_progress_step_ + options_.stagnation_steps) restart();
}

void EvolutionIsland::restart() {
    ++era_;
    population_.clear();
    era_first_step_ = last_step_ + 1;
    last_progress_step_ = era_first_step_;
}

void EvolutionIsland::acknowledged(const EvaluationKey& key) {
    const auto found = unacknowledged_.find(key);
    if (found == unacknowledged_.end()) return;  // it never entered
    found->second->acknowledged = true;          // both lists share their individuals
    unacknowledged_.erase(found);
}

std::vector<engine::Migrant> EvolutionIsland::emigrants(std::uint64_t epoch) {
    std::vector<engine::Migrant> leaving;
    const auto target =
        migration_target(options_.migration.topology, options_.seed, options_.island, options_.islands, epoch);
    if (!target) return leaving;
    for (const Population::Member& elite : elites_.members()) {
        if (leaving.size() >= options_.migration.migrants) break;
        if (elite->acknowledged) leaving.push_back({epoch, options_.island, *target, elite->record});
    }
    return leaving;
}

void EvolutionIsland::immigrate(const engine::Migrant& migrant) {
    const EvaluationRecord& record = migrant.record;
    if (!record.verdict.ok() || !record.score.scored() || record.candidate.genome != variation_->genome()) return;
    const double fitness = fitness_of(record);
    // What this island reached or was sent in an earlier era must not lead a new one to the same place.
    const bool known = elites_.holds(fitness);
    const Population::Member member = make_individual(record, fitness);
    member->acknowledged = true;  // it could not have been sent otherwise
    elites_.offer(member);
    if (known) return;
    const Population::Offer offer = population_.offer(member);
    if (offer.new_best) last_progress_step_ = std::max(last_progress_step_, last_step_);
}

void EvolutionIsland::check_member(const Candidate& candidate) const {
    try {
        variation_->check(candidate);
    } catch (const InputError& error) {
        throw DamageError(fmt::format("island {}'s snapshot: {}", options_.island, error.what()));
    }
}

std::string EvolutionIsland::snapshot() const {
    StateWriter writer;
    writer.u32(snapshot_version);
    writer.u64(options_.seed);
    writer.u32(options_.island);
    writer.u64(era_);
    writer.u64(era_first_step_);
    writer.u64(last_progress_step_);
    writer.u64(last_step_);
    population_.write(writer);
    elites_.write(writer);
    bandit_.write(writer);
    writer.u32(static_cast<std::uint32_t>(mistakes_.size()));
    for (const Population::Member& each : mistakes_) writer.record(each->record);
    return writer.take();
}

void EvolutionIsland::restore(const std::string& snapshot, const engine::CandidateBytes& bytes_of) {
    if (snapshot.empty()) return;
    StateReader reader(snapshot, bytes_of);
    const std::uint32_t version = reader.u32();
    if (version == 0 || version > snapshot_version) {
        throw FormatVersionError(
            fmt::format("island {} has a snapshot of version {}; this program reads up to version {}", options_.island,
                        version, snapshot_version));
    }
    if (version < 2) reader.expect_candidates_inside();
    const std::uint64_t seed = reader.u64();
    const std::uint32_t island = reader.u32();
    if (seed != options_.seed || island != options_.island) {
        throw DamageError(fmt::format("a snapshot of island {} with seed {} was given to island {} with seed {}",
                                      island, seed, options_.island, options_.seed));
    }
    era_ = reader.u64();
    era_first_step_ = reader.u64();
    last_progress_step_ = reader.u64();
    last_step_ = reader.u64();
    population_.read(reader);
    elites_.read(reader);
    bandit_.read(reader);
    mistakes_.clear();
    const std::uint32_t mistakes = version < 2 ? 0 : reader.u32();
    if (mistakes > most_mistakes) throw DamageError("an island's snapshot holds more mistakes than are kept");
    for (std::uint32_t i = 0; i < mistakes; ++i) mistakes_.push_back(make_individual(reader.record(), 0));
    reader.finish();
    for (const Population* each : {&population_, &elites_}) {
        for (const Population::Member& member : each->members()) check_member(member->record.candidate);
    }
    unacknowledged_.clear();
    // A snapshot is written after the records it rests on: what is in it is on disk.
    for (const Population::Member& member : population_.members()) member->acknowledged = true;
    for (const Population::Member& member : elites_.members()) member->acknowledged = true;
}

void EvolutionIsland::replay(const EvaluationRecord& record) {
    learn(record);
    acknowledged(record.key);
}

}  // namespace atl::evolve
