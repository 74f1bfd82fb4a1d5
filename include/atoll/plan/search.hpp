// SPDX-License-Identifier: Apache-2.0
// Exact search of a space of plans: the best plans, and a certificate that accounts for every other one.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "atoll/plan/axes.hpp"
#include "atoll/plan/space.hpp"
#include "atoll/plan/strategy.hpp"

namespace atl::plan {

/// What drops plans before anything is computed. The search tries a rule as soon as the axes that it reads are fixed.
class PlanRules {
public:
    virtual ~PlanRules() = default;
    virtual std::size_t size() const = 0;
    virtual std::string name(std::size_t rule) const = 0;
    /// Every axis on which the answer of drops() may depend; too many cost time, one too few makes counts wrong.
    virtual AxisSet reads(std::size_t rule) const = 0;
    virtual bool drops(std::size_t rule, const Strategy& strategy) = 0;
};

/// Time and memory of plans that no rule drops.
class PlanCost {
public:
    virtual ~PlanCost() = default;
    /// Of one iteration; finite. seconds_lower_bound() of a plan is at most its seconds(), up to a part in 10^12.
    virtual double seconds(const Strategy& strategy) = 0;
    /// Must not depend on recompute, recompute_method and recompute_layers. seconds() of the plan without recomputation
    /// is one where recomputing never makes an iteration faster.
    virtual double seconds_lower_bound(const Strategy& strategy) = 0;
    /// GiB of the fullest GPU.
    virtual double peak_gib(const Strategy& strategy) = 0;
    /// Every inner switch (Axis::precision and after) on which peak_gib() may depend.
    virtual AxisSet memory_reads() const = 0;
};

/// What is cut: everything that the space's axes depend on.
struct SearchSubject {
    std::uint32_t gpus = 1;
    std::uint32_t layers = 1;
    std::uint32_t experts = 0;
};

struct SearchOptions {
    std::size_t keep = 10;                                              ///< the k of top-k
    double memory_limit_gib = std::numeric_limits<double>::infinity();  ///< plans with a higher peak are dropped
    /// Called now and then with the k-th best seconds found here (infinite before there are k); returns a bound that
    /// other ranks reached: k plans at most that slow are known to them. Empty: a search by itself.
    std::function<double(double)> exchange;
};

/// The fate of every plan of a space (or of a part of it); the counts add up to `generated`.
struct Certificate {
    std::uint64_t generated = 0;
    std::vector<std::uint64_t> dropped_by_rule;  ///< a plan counts for the first rule that was tried and dropped it
    std::uint64_t dropped_by_memory = 0;
    std::uint64_t pruned_by_group_bound = 0;   ///< a group: plans that differ in recomputation and switches only
    std::uint64_t pruned_by_switch_bound = 0;  ///< plans of an open group that differ in recomputation only
    std::uint64_t simulated = 0;

    std::uint64_t dropped_by_rules() const;
    std::uint64_t after_rules() const { return generated - dropped_by_rules(); }
    std::uint64_t after_memory() const { return after_rules() - dropped_by_memory; }
    bool adds_up() const;
    bool operator==(const Certificate&) const = default;
};

struct RankedPlan {
    Strategy strategy;
    double seconds = 0;
    double peak_gib = 0;
    /// Faster first; among equals the smallest Strategy.
    bool operator<(const RankedPlan& other) const;
    bool operator==(const RankedPlan&) const = default;
};

struct SearchResult {
    Certificate certificate;
    std::vector<std::string> rule_names;
    std::vector<RankedPlan> best;  ///< the `keep` best, sorted
    double memory_limit_gib = std::numeric_limits<double>::infinity();
    /// Of the plans that memory dropped; infinite where it dropped none.
    double smallest_dropped_gib = std::numeric_limits<double>::infinity();
    Strategy smallest_dropped;
    std::size_t keep = 10;
};

/// Rules, memory and time of every plan; what exact_search() is held against.
SearchResult brute_force_search(const Space& space, const SearchSubject& subject, PlanRules& rules, PlanCost& cost,
                                const SearchOptions& options);
/// The same `best`, and the same counts for rules and memory, with most of the time model's work pruned.
SearchResult exact_search(const Space& space, const SearchSubject& subject, PlanRules& rules, PlanCost& cost,
                          const SearchOptions& options);
/// Part `part` of `parts` of an exact search. The parts do not overlap and make up the space on any number of parts.
SearchResult search_part(const Space& space, const SearchSubject& subject, PlanRules& rules, PlanCost& cost,
                         const SearchOptions& options, std::uint32_t part, std::uint32_t parts);
/// One result out of those of all parts, in any order. `results` is not empty.
SearchResult merge(const std::vector<SearchResult>& results);

/// Number of plans of the raw space; nothing is evaluated.
std::uint64_t count_plans(const Space& space, const SearchSubject& subject);

/// For a result without plans: which filter emptied the space and what to change; empty when there are plans.
std::string why_empty(const SearchResult& result);

}  // namespace atl::plan
