// SPDX-License-Identifier: Apache-2.0
// The plans of a space as a tree: sizes, experts, schedule, micro-batch, recomputation, and at each leaf the set of
// switches that the rules leave.
#pragma once

#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "atoll/plan/search.hpp"
#include "plan/search/switches.hpp"

namespace atl::plan {

/// One choice of recomputation and the numbers of layers it comes with ({0}: it has none).
struct RecomputeChoice {
    Recompute recompute = Recompute::none;
    RecomputeMethod method = RecomputeMethod::uniform;
    std::vector<std::uint16_t> layers{0};
};

/// The raw product of a space's outer axes for a subject, without rules.
class OuterAxes {
public:
    OuterAxes(const Space& space, const SearchSubject& subject) : space_(space), subject_(subject) {}
    /// Strategies with tensor, pipeline, context and data.
    std::vector<Strategy> sizes() const;
    std::vector<std::uint16_t> experts(const Strategy& sizes) const;
    std::vector<std::pair<Schedule, std::uint16_t>> schedules(const Strategy& sizes) const;
    std::vector<RecomputeChoice> recomputes(const Strategy& scheduled) const;
    std::uint32_t stage_layers(const Strategy& sizes) const;
    const std::vector<std::uint32_t>& micro_batches() const { return space_.micro_batch; }

private:
    const Space& space_;
    SearchSubject subject_;
};

/// What a walk tells: a leaf with the switches the rules left (never none of them), and the end of each group.
struct PlanVisitor {
    std::function<void(const Strategy& outer, const SwitchSet& switches)> leaf;
    std::function<void()> group_end;
};

class PlanTree {
public:
    PlanTree(const Space& space, const SearchSubject& subject, PlanRules& rules);
    const SwitchTable& switches() const { return switches_; }
    /// Visits the groups (plans that differ in recomputation and switches only) of one part of the space, counting
    /// `generated` and `dropped_by_rule`.
    void walk(std::uint32_t part, std::uint32_t parts, Certificate& certificate, const PlanVisitor& visitor);

private:
    static constexpr std::size_t levels = 7;
    struct PlacedRule {
        std::size_t index = 0;
        std::vector<SwitchGroup> groups;
    };
    /// Switches that the rules have taken out above a group: (rule, how many).
    using Dropped = std::vector<std::pair<std::size_t, std::uint64_t>>;

    void apply(std::size_t level, Strategy strategy, SwitchSet& alive, Dropped& dropped);
    void walk_group(Strategy strategy, SwitchSet alive, const Dropped& above,
                    const std::vector<RecomputeChoice>& recomputes, Certificate& certificate,
                    const PlanVisitor& visitor);

    OuterAxes axes_;
    SwitchTable switches_;
    PlanRules& rules_;
    std::array<std::vector<PlacedRule>, levels> placed_;
};

}  // namespace atl::plan
