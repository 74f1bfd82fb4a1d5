// SPDX-License-Identifier: Apache-2.0
// What an island asks models, and what it keeps of their mistakes.
#include <algorithm>
#include <numeric>
#include <utility>

#include "atoll/evolve/evolution_island.hpp"
#include "evolve/island_parts.hpp"

namespace atl::evolve {

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

}  // namespace atl::evolve
