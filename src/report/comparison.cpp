// SPDX-License-Identifier: Apache-2.0
// Compares a proven value with published ones.
#include "atoll/report/comparison.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "atoll/report/numbers.hpp"

namespace atl::report {

namespace {

double gain_over(double proven, double published, Direction direction) {
    return direction == Direction::maximize ? proven - published : published - proven;
}

/// One configuration, polished twice, differs by rounding in its last digits: that is the same result, not a better one.
double rounding_margin(double value) { return 1e-11 * (1 + std::abs(value)); }

Comparison compare_one(const Score& best, const problems::PublishedValue& published, Direction direction) {
    Comparison row;
    row.published = published;
    row.gain = std::numeric_limits<double>::quiet_NaN();
    if (best.scored()) {
        row.gain = gain_over(proven_value(best, direction), published.value, direction);
        row.reached = reaches(best, published.value, direction);
        row.beaten = row.gain > rounding_margin(published.value);
    }
    return row;
}

}  // namespace

std::vector<Comparison> compare(const Score& best, const RunFacts& facts) {
    std::vector<Comparison> rows;
    for (const problems::PublishedValue& published : facts.published) {
        const bool is_best_known =
            facts.best_known && facts.best_known->value == published.value && facts.best_known->who == published.who;
        if (!is_best_known) rows.push_back(compare_one(best, published, facts.direction));
    }
    std::stable_sort(rows.begin(), rows.end(), [&](const Comparison& a, const Comparison& b) {
        return gain_over(a.published.value, b.published.value, facts.direction) > 0;
    });
    if (facts.best_known) {
        rows.insert(rows.begin(), compare_one(best, *facts.best_known, facts.direction));
        rows.front().best_known = true;
    }
    return rows;
}

std::string outcome(const Comparison& comparison) {
    if (std::isnan(comparison.gain)) return no_number;
    if (comparison.beaten) return "beaten";
    return comparison.reached ? "equalled" : "not reached";
}

std::string beaten_names(const std::vector<Comparison>& comparisons) {
    std::vector<std::string> names;
    for (const Comparison& row : comparisons) {
        if (!row.beaten || row.best_known) continue;
        if (std::find(names.begin(), names.end(), row.published.who) == names.end()) names.push_back(row.published.who);
    }
    std::string text;
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (i > 0) text += i + 1 == names.size() ? " and " : ", ";
        text += names[i];
    }
    return text;
}

Table comparison_table(const std::string& title, const std::vector<Comparison>& comparisons) {
    Table table(title, {{"value", Align::left},
                        {"who", Align::left},
                        {"strictly verified", Align::left},
                        {"this run", Align::left},
                        {"source", Align::left}});
    for (const Comparison& row : comparisons) {
        std::string result = outcome(row);
        if (row.beaten) result += " by " + short_number(row.gain, 2);
        if (std::isfinite(row.gain) && !row.reached) result += ", " + short_number(-row.gain, 2) + " away";
        table.add_row({exact_number(row.published.value), row.published.who + (row.best_known ? " (best known)" : ""),
                       row.published.strictly_verified ? "yes" : "no", result, row.published.source});
    }
    return table;
}

bool is_new_best(const Score& best, const RunFacts& facts) {
    return facts.best_known && best.scored() &&
           gain_over(proven_value(best, facts.direction), facts.best_known->value, facts.direction) >
               rounding_margin(facts.best_known->value);
}

}  // namespace atl::report
