// SPDX-License-Identifier: Apache-2.0
// The walk over a space: each rule is tried at the level where all that it reads is fixed.
#include "plan/search/plan_tree.hpp"

#include <array>

namespace atl::plan {
namespace {

/// The level of the tree on which an outer axis is fixed; switches need no level.
std::size_t level_of(Axis axis) {
    switch (axis) {
        case Axis::tensor:
        case Axis::pipeline:
        case Axis::context:
        case Axis::data:
            return 1;
        case Axis::expert:
            return 2;
        case Axis::schedule:
        case Axis::virtual_stages:
            return 3;
        case Axis::micro_batch:
            return 4;
        case Axis::recompute:
        case Axis::recompute_method:
            return 5;
        case Axis::recompute_layers:
            return 6;
        default:
            return 0;
    }
}

/// Spreads neighbouring groups over the parts (the finalizer of SplitMix64).
std::uint64_t scattered(std::uint64_t value) {
    value += 0x9E3779B97F4A7C15U;
    value = (value ^ (value >> 30U)) * 0xBF58476D1CE4E5B9U;
    value = (value ^ (value >> 27U)) * 0x94D049BB133111EBU;
    return value ^ (value >> 31U);
}

std::uint64_t leaves(const std::vector<RecomputeChoice>& recomputes) {
    std::uint64_t total = 0;
    for (const RecomputeChoice& choice : recomputes) total += choice.layers.size();
    return total;
}

}  // namespace

PlanTree::PlanTree(const Space& space, const SearchSubject& subject, PlanRules& rules)
    : axes_(space, subject), switches_(space), rules_(rules) {
    for (std::size_t rule = 0; rule < rules.size(); ++rule) {
        const AxisSet reads = rules.reads(rule);
        std::size_t level = 0;
        for (std::size_t axis = 0; axis < axis_count; ++axis) {
            if (reads.has(static_cast<Axis>(axis))) level = std::max(level, level_of(static_cast<Axis>(axis)));
        }
        placed_[level].push_back({rule, switches_.groups(reads)});
    }
}

void PlanTree::apply(std::size_t level, Strategy strategy, SwitchSet& alive, Dropped& dropped) {
    for (const PlacedRule& rule : placed_[level]) {
        if (alive.empty()) return;
        std::uint64_t count = 0;
        for (const SwitchGroup& group : rule.groups) {
            const SwitchSet affected = alive & group.members;
            if (affected.empty()) continue;
            SwitchTable::copy(strategy, group.representative);
            if (!rules_.drops(rule.index, strategy)) continue;
            alive -= affected;
            count += affected.count();
        }
        if (count > 0) dropped.emplace_back(rule.index, count);
    }
}

void PlanTree::walk_group(Strategy strategy, SwitchSet alive, const Dropped& above,
                          const std::vector<RecomputeChoice>& recomputes, Certificate& certificate,
                          const PlanVisitor& visitor) {
    const std::uint64_t inside = leaves(recomputes);
    certificate.generated += inside * switches_.size();
    for (const auto& [rule, count] : above) certificate.dropped_by_rule[rule] += count * inside;
    if (alive.empty()) return;
    Dropped dropped;
    for (const RecomputeChoice& choice : recomputes) {
        strategy.recompute = choice.recompute;
        strategy.recompute_method = choice.method;
        strategy.recompute_layers = 0;
        SwitchSet chosen = alive;
        dropped.clear();
        apply(5, strategy, chosen, dropped);
        for (const auto& [rule, count] : dropped) certificate.dropped_by_rule[rule] += count * choice.layers.size();
        if (chosen.empty()) continue;
        for (const std::uint16_t layers : choice.layers) {
            strategy.recompute_layers = layers;
            SwitchSet left = chosen;
            dropped.clear();
            apply(6, strategy, left, dropped);
            for (const auto& [rule, count] : dropped) certificate.dropped_by_rule[rule] += count;
            if (!left.empty()) visitor.leaf(strategy, left);
        }
    }
    visitor.group_end();
}

void PlanTree::walk(std::uint32_t part, std::uint32_t parts, Certificate& certificate, const PlanVisitor& visitor) {
    certificate.dropped_by_rule.resize(rules_.size());
    std::uint64_t groups = 0;
    // what the rules of each level took out above the present group; a level appends to what is above it
    Dropped dropped;
    SwitchSet at_root = switches_.all();
    apply(0, Strategy{}, at_root, dropped);
    const std::size_t root_end = dropped.size();
    for (const Strategy& sizes : axes_.sizes()) {
        dropped.resize(root_end);
        SwitchSet at_sizes = at_root;
        apply(1, sizes, at_sizes, dropped);
        const std::size_t sizes_end = dropped.size();
        const auto schedules = axes_.schedules(sizes);
        for (const std::uint16_t expert : axes_.experts(sizes)) {
            dropped.resize(sizes_end);
            Strategy strategy = sizes;
            strategy.expert = expert;
            SwitchSet at_expert = at_sizes;
            apply(2, strategy, at_expert, dropped);
            const std::size_t expert_end = dropped.size();
            for (const auto& [schedule, virtual_stages] : schedules) {
                dropped.resize(expert_end);
                strategy.schedule = schedule;
                strategy.virtual_stages = virtual_stages;
                strategy.micro_batch = 1;
                SwitchSet at_schedule = at_expert;
                apply(3, strategy, at_schedule, dropped);
                const std::size_t schedule_end = dropped.size();
                const auto recomputes = axes_.recomputes(strategy);
                for (const std::uint32_t micro_batch : axes_.micro_batches()) {
                    if (scattered(groups++) % parts != part) continue;
                    dropped.resize(schedule_end);
                    strategy.micro_batch = static_cast<std::uint16_t>(micro_batch);
                    SwitchSet at_group = at_schedule;
                    apply(4, strategy, at_group, dropped);
                    walk_group(strategy, at_group, dropped, recomputes, certificate, visitor);
                }
            }
        }
    }
}

std::uint64_t count_plans(const Space& space, const SearchSubject& subject) {
    const OuterAxes axes(space, subject);
    const std::uint64_t switches = SwitchTable(space).size();
    std::uint64_t total = 0;
    for (Strategy strategy : axes.sizes()) {
        std::uint64_t scheduled = 0;
        for (const auto& [schedule, virtual_stages] : axes.schedules(strategy)) {
            strategy.virtual_stages = virtual_stages;
            scheduled += leaves(axes.recomputes(strategy));
        }
        total += scheduled * axes.experts(strategy).size() * axes.micro_batches().size() * switches;
    }
    return total;
}

}  // namespace atl::plan
