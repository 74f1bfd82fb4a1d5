// SPDX-License-Identifier: Apache-2.0
// Proposing from and learning into one island's population.
#include "atoll/evolve/evolution_island.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <numeric>
#include <utility>

#include "atoll/core/error.hpp"

namespace atl::evolve {
namespace {

constexpr std::uint32_t snapshot_version = 2;  // 2: candidates by content, mistakes
constexpr std::size_t most_mistakes = 4;

double thread_cpu_seconds() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

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

Population::Member make_individual(const EvaluationRecord& record, double fitness) {
    auto member = std::make_shared<Individual>();
    member->record = record;
    member->fitness = fitness;
    return member;
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

/// The candidate of an individual, which lives as long as somebody holds this.
std::shared_ptr<const Candidate> candidate_of(const Population::Member& member) {
    return {member, &member->record.candidate};
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

/// A candidate by a model: its question, and how its reply will be read.
void EvolutionIsland::ask(engine::Proposal& proposal, const Pipeline& chosen, RandomStream& random) const {
    const Pipeline* pipeline = &chosen;
    Population::Member parent;
    if (pipeline->repairs) {
        std::vector<Population::Member> broken;
        for (const Population::Member& each : mistakes_) {
            if (each->record.candidate.genome == variation_->genome()) broken.push_back(each);
        }
        if (!broken.empty()) parent = broken[random.below(broken.size())];
    }
    if (parent == nullptr) {
        // Nothing to repair: another way to ask, where there is one.
        const std::vector<Pipeline>& all = variation_->pipelines();
        const auto other =
            std::find_if(all.begin(), all.end(), [](const Pipeline& each) { return each.asks_model && !each.repairs; });
        if (pipeline->repairs && other != all.end()) pipeline = &*other;
        parent = population_[population_.select(random)];
    }
    PromptContext context;
    context.parent = &parent->record;
    context.with_timings = options_.prompts_with_timings;
    proposal.parent_1 = parent->record.key;
    if (pipeline->parents > 1) {
        const Population::Member& mate = population_[population_.select_uniform(random)];
        context.mate = &mate->record;
        proposal.parent_2 = mate->record.key;
    }
    for (const Population::Member& each : inspirations(parent, random)) context.inspirations.push_back(&each->record);
    for (const Population::Member& each : mistakes_) {
        if (each != parent) context.mistakes.push_back(&each->record);
    }

    RandomStream asking(options_.seed, options_.island, proposal.key.step, proposal.key.slot, StreamPurpose::ask_model);
    engine::ModelQuestion question;
    question.request = variation_->question(*pipeline, context, asking);
    question.request.key = proposal.key;
    question.request.model = pick_model(asking.uniform());
    question.make = [variation = variation_, pipeline, parent = candidate_of(parent), seed = options_.seed,
                     key = proposal.key](const std::string& reply) {
        const double cpu_start = thread_cpu_seconds();
        RandomStream read(seed, key.island, key.step, key.slot, StreamPurpose::read_reply);
        engine::Made made = variation->make_of_reply(*pipeline, *parent, reply, read);
        made.cpu_seconds += thread_cpu_seconds() - cpu_start;
        return made;
    };
    proposal.operator_name = pipeline->name;
    proposal.question = std::move(question);
}

/// The island's best ever and some others, best first, without the one to change.
std::vector<Population::Member> EvolutionIsland::inspirations(const Population::Member& parent,
                                                              RandomStream& random) const {
    constexpr std::size_t most_elites = 2;
    constexpr std::size_t most_others = 2;
    std::vector<Population::Member> chosen;
    const auto add = [&](const Population::Member& member) {
        const auto same = [&member](const Population::Member& each) {
            return each->record.candidate_sha256 == member->record.candidate_sha256;
        };
        if (!same(parent) && std::none_of(chosen.begin(), chosen.end(), same)) chosen.push_back(member);
    };
    for (std::size_t i = 0; i < std::min(most_elites, elites_.size()); ++i) add(elites_[i]);
    for (std::size_t i = 0; i < most_others; ++i) add(population_[population_.select_uniform(random)]);
    std::stable_sort(chosen.begin(), chosen.end(), [](const Population::Member& left, const Population::Member& right) {
        return left->fitness > right->fitness;
    });
    return chosen;
}

/// By weight.
std::size_t EvolutionIsland::pick_model(double uniform) const {
    const std::vector<double>& weights = options_.model_weights;
    double left = uniform * std::accumulate(weights.begin(), weights.end(), 0.0);
    for (std::size_t i = 0; i + 1 < weights.size(); ++i) {
        left -= weights[i];
        if (left < 0) return i;
    }
    return weights.empty() ? 0 : weights.size() - 1;
}

/// What a model made and what came of it: shown to models until it is repaired, or others have come.
void EvolutionIsland::note_mistake(const EvaluationRecord& record) {
    const std::vector<Pipeline>& all = variation_->pipelines();
    const auto pipeline =
        std::find_if(all.begin(), all.end(), [&](const Pipeline& each) { return each.name == record.operator_name; });
    if (pipeline == all.end() || !pipeline->asks_model || record.verdict.kind == VerdictKind::infrastructure) return;
    if (record.parent_1 && pipeline->repairs) {
        std::erase_if(mistakes_, [&](const Population::Member& each) { return each->record.key == *record.parent_1; });
    }
    // What was seen before says no more than that.
    if (record.verdict.ok() || record.cache_hit) return;
    mistakes_.push_front(make_individual(record, 0));
    if (mistakes_.size() > most_mistakes) mistakes_.pop_back();
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
