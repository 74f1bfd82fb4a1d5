// SPDX-License-Identifier: Apache-2.0
// Results of a search: their order, their sums over parts, and why there may be none.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>

#include "atoll/plan/search.hpp"
#include "plan/search/ranking.hpp"

namespace atl::plan {

bool RankedPlan::operator<(const RankedPlan& other) const {
    if (seconds != other.seconds) return seconds < other.seconds;
    return strategy < other.strategy;
}

std::uint64_t Certificate::dropped_by_rules() const {
    return std::accumulate(dropped_by_rule.begin(), dropped_by_rule.end(), std::uint64_t{0});
}

bool Certificate::adds_up() const {
    return generated ==
           dropped_by_rules() + dropped_by_memory + pruned_by_group_bound + pruned_by_switch_bound + simulated;
}

SearchResult merge(const std::vector<SearchResult>& results) {
    SearchResult merged = results.at(0);
    Ranking ranking(merged.keep);
    for (const RankedPlan& plan : merged.best) ranking.add(plan);
    for (std::size_t i = 1; i < results.size(); ++i) {
        const SearchResult& other = results[i];
        if (other.rule_names != merged.rule_names) throw std::invalid_argument("parts of different searches");
        merged.certificate.generated += other.certificate.generated;
        merged.certificate.dropped_by_memory += other.certificate.dropped_by_memory;
        merged.certificate.pruned_by_group_bound += other.certificate.pruned_by_group_bound;
        merged.certificate.pruned_by_switch_bound += other.certificate.pruned_by_switch_bound;
        merged.certificate.simulated += other.certificate.simulated;
        for (std::size_t rule = 0; rule < merged.rule_names.size(); ++rule) {
            merged.certificate.dropped_by_rule[rule] += other.certificate.dropped_by_rule[rule];
        }
        for (const RankedPlan& plan : other.best) ranking.add(plan);
        const bool smaller = other.smallest_dropped_gib < merged.smallest_dropped_gib ||
                             (other.smallest_dropped_gib == merged.smallest_dropped_gib &&
                              other.smallest_dropped < merged.smallest_dropped);
        if (smaller) {
            merged.smallest_dropped_gib = other.smallest_dropped_gib;
            merged.smallest_dropped = other.smallest_dropped;
        }
    }
    merged.best = ranking.plans();
    return merged;
}

std::string why_empty(const SearchResult& result) {
    if (!result.best.empty()) return {};
    const Certificate& counts = result.certificate;
    if (counts.generated == 0) {
        return "the space has no plan: no tensor x pipeline x context of it divides the GPUs; change these axes or the "
               "number of GPUs";
    }
    std::vector<std::size_t> rules(result.rule_names.size());
    std::iota(rules.begin(), rules.end(), std::size_t{0});
    std::stable_sort(rules.begin(), rules.end(), [&](std::size_t left, std::size_t right) {
        return counts.dropped_by_rule[left] > counts.dropped_by_rule[right];
    });
    std::string text = fmt::format("no plan of the {} is left:", counts.generated);
    std::string separator = " rules dropped ";
    for (const std::size_t rule : rules) {
        if (counts.dropped_by_rule[rule] == 0) break;
        text += fmt::format("{}{} ('{}')", separator, counts.dropped_by_rule[rule], result.rule_names[rule]);
        separator = ", ";
    }
    if (counts.dropped_by_memory == 0) return text + "; memory had none to drop";
    return text + fmt::format("{} memory dropped the last {}, of which the smallest needs {:.1f} GiB of {:.1f} ({})",
                              counts.dropped_by_rules() > 0 ? ";" : "", counts.dropped_by_memory,
                              result.smallest_dropped_gib, result.memory_limit_gib, describe(result.smallest_dropped));
}

}  // namespace atl::plan
