// SPDX-License-Identifier: Apache-2.0
// Brute force, and bound-and-prune that gives the same answer.
#include "atoll/plan/search.hpp"

#include <algorithm>
#include <limits>
#include <stdexcept>

#include "plan/search/plan_tree.hpp"
#include "plan/search/ranking.hpp"

namespace atl::plan {
namespace {

/// Bounds hold up to the rounding of the time model's sums (PlanCost::seconds_lower_bound).
constexpr double rounding_guard = 1 - 1e-12;

SearchResult empty_result(const PlanRules& rules, const SearchOptions& options) {
    if (options.keep == 0) throw std::invalid_argument("a search keeps one plan at least");
    SearchResult result;
    for (std::size_t rule = 0; rule < rules.size(); ++rule) result.rule_names.push_back(rules.name(rule));
    result.memory_limit_gib = options.memory_limit_gib;
    result.keep = options.keep;
    return result;
}

void note_dropped(SearchResult& result, double peak_gib, const Strategy& strategy) {
    if (peak_gib > result.smallest_dropped_gib) return;
    if (peak_gib == result.smallest_dropped_gib && !(strategy < result.smallest_dropped)) return;
    result.smallest_dropped_gib = peak_gib;
    result.smallest_dropped = strategy;
}

/// A leaf of the tree whose switches passed rules and memory.
struct Leaf {
    Strategy outer;
    SwitchSet switches;
};

/// Leaves that differ in recomputation only, with the least seconds any of their plans can take.
struct Group {
    std::size_t begin = 0;
    std::size_t end = 0;
    double bound = std::numeric_limits<double>::infinity();
};

class Search {
public:
    Search(PlanTree& tree, PlanCost& cost, const SearchOptions& options, SearchResult& result)
        : tree_(tree),
          cost_(cost),
          options_(options),
          result_(result),
          ranking_(options.keep),
          memory_groups_(tree.switches().groups(cost.memory_reads())) {}

    void run(std::uint32_t part, std::uint32_t parts) {
        tree_.walk(part, parts, result_.certificate,
                   {[this](const Strategy& outer, const SwitchSet& switches) { fit(outer, switches); },
                    [this] { close_group(); }});
        std::sort(groups_.begin(), groups_.end(), [](const Group& left, const Group& right) {
            return left.bound != right.bound ? left.bound < right.bound : left.begin < right.begin;
        });
        for (const Group& group : groups_) {
            if (options_.exchange) foreign_ = std::min(foreign_, options_.exchange(ranking_.last_seconds()));
            if (beaten(group.bound)) {
                for (std::size_t i = group.begin; i < group.end; ++i) {
                    result_.certificate.pruned_by_group_bound += leaves_[i].switches.count();
                }
            } else {
                open(group);
            }
        }
        result_.best = ranking_.plans();
    }

private:
    bool beaten(double bound) const { return bound * rounding_guard > std::min(ranking_.last_seconds(), foreign_); }

    /// Memory of a leaf, once for all the switches that it does not depend on.
    void fit(const Strategy& outer, const SwitchSet& switches) {
        Leaf leaf{outer, switches};
        Strategy strategy = outer;
        for (const SwitchGroup& group : memory_groups_) {
            const SwitchSet affected = leaf.switches & group.members;
            if (affected.empty()) continue;
            SwitchTable::copy(strategy, group.representative);
            const double peak = cost_.peak_gib(strategy);
            if (peak <= options_.memory_limit_gib) continue;
            leaf.switches -= affected;
            result_.certificate.dropped_by_memory += affected.count();
            if (peak > result_.smallest_dropped_gib) continue;
            affected.for_each([&](std::size_t i) {
                tree_.switches().set(strategy, i);
                note_dropped(result_, peak, strategy);
            });
        }
        if (!leaf.switches.empty()) leaves_.push_back(leaf);
    }

    /// Lower bounds of a group's switches, without recomputation, into bounds_; returns the least of them.
    double bound_switches(std::size_t begin, std::size_t end) {
        SwitchSet any;
        for (std::size_t i = begin; i < end; ++i) any |= leaves_[i].switches;
        Strategy strategy = leaves_[begin].outer;
        double least = std::numeric_limits<double>::infinity();
        any.for_each([&](std::size_t i) {
            tree_.switches().set(strategy, i);
            bounds_[i] = cost_.seconds_lower_bound(strategy);
            least = std::min(least, bounds_[i]);
        });
        return least;
    }

    void close_group() {
        const std::size_t begin = groups_.empty() ? 0 : groups_.back().end;
        if (begin == leaves_.size()) return;
        groups_.push_back({begin, leaves_.size(), bound_switches(begin, leaves_.size())});
    }

    void open(const Group& group) {
        bound_switches(group.begin, group.end);
        for (std::size_t leaf = group.begin; leaf < group.end; ++leaf) {
            Strategy strategy = leaves_[leaf].outer;
            leaves_[leaf].switches.for_each([&](std::size_t i) {
                if (beaten(bounds_[i])) {
                    ++result_.certificate.pruned_by_switch_bound;
                    return;
                }
                tree_.switches().set(strategy, i);
                ++result_.certificate.simulated;
                const double seconds = cost_.seconds(strategy);
                if (seconds > ranking_.last_seconds()) return;
                ranking_.add({strategy, seconds, cost_.peak_gib(strategy)});
            });
        }
    }

    PlanTree& tree_;
    PlanCost& cost_;
    const SearchOptions& options_;
    SearchResult& result_;
    Ranking ranking_;
    double foreign_ = std::numeric_limits<double>::infinity();
    std::vector<SwitchGroup> memory_groups_;
    std::vector<Leaf> leaves_;
    std::vector<Group> groups_;
    std::array<double, SwitchSet::words * 64> bounds_{};
};

}  // namespace

SearchResult search_part(const Space& space, const SearchSubject& subject, PlanRules& rules, PlanCost& cost,
                         const SearchOptions& options, std::uint32_t part, std::uint32_t parts) {
    if (part >= parts) throw std::invalid_argument("a part's number must be below the number of parts");
    SearchResult result = empty_result(rules, options);
    PlanTree tree(space, subject, rules);
    Search(tree, cost, options, result).run(part, parts);
    return result;
}

SearchResult exact_search(const Space& space, const SearchSubject& subject, PlanRules& rules, PlanCost& cost,
                          const SearchOptions& options) {
    return search_part(space, subject, rules, cost, options, 0, 1);
}

SearchResult brute_force_search(const Space& space, const SearchSubject& subject, PlanRules& rules, PlanCost& cost,
                                const SearchOptions& options) {
    SearchResult result = empty_result(rules, options);
    PlanTree tree(space, subject, rules);
    Ranking ranking(options.keep);
    const auto leaf = [&](const Strategy& outer, const SwitchSet& switches) {
        Strategy strategy = outer;
        switches.for_each([&](std::size_t i) {
            tree.switches().set(strategy, i);
            const double peak = cost.peak_gib(strategy);
            const double seconds = cost.seconds(strategy);
            if (peak <= options.memory_limit_gib) {
                ++result.certificate.simulated;
                ranking.add({strategy, seconds, peak});
            } else {
                ++result.certificate.dropped_by_memory;
                note_dropped(result, peak, strategy);
            }
        });
    };
    tree.walk(0, 1, result.certificate, {leaf, [] {}});
    result.best = ranking.plans();
    return result;
}

}  // namespace atl::plan
