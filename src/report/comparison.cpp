// SPDX-License-Identifier: Apache-2.0
// Compares a proven value with published ones.
#include "atoll/report/comparison.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "atoll/report/numbers.hpp"

namespace atl::report {

namespace {

double gain_over(double proven, double published, Direction direction) {
    return direction == Direction::maximize ? proven - published : published - proven;
}

/// One configuration, polished twice, differs by rounding in its last digits: that is the same result, not a better
/// one.
double rounding_margin(double value) { return 1e-11 * (1 + std::abs(value)); }

Comparison compare_one(const Score& best, const problems::PublishedValue& published, Direction direction,
                       const std::vector<Metric>& metrics) {
    Comparison row;
    row.published = published;
    row.gain = std::numeric_limits<double>::quiet_NaN();
    for (const Metric& metric : metrics) {
        if (metric.name == published.metric) row.own_metric = metric.value;
    }
    if (best.scored() && !published.other_instances) {
        row.gain = gain_over(proven_value(best, direction), published.value, direction);
        row.reached = reaches(best, published.value, direction);
        row.beaten = row.gain > rounding_margin(published.value);
    }
    return row;
}

}  // namespace

std::vector<Comparison> compare(const Score& best, const RunFacts& facts, const std::vector<Metric>& metrics) {
    std::vector<Comparison> rows;
    for (const problems::PublishedValue& published : facts.published) {
        const bool is_best_known =
            facts.best_known && facts.best_known->value == published.value && facts.best_known->who == published.who;
        if (!is_best_known) rows.push_back(compare_one(best, published, facts.direction, metrics));
    }
    std::stable_sort(rows.begin(), rows.end(), [&](const Comparison& a, const Comparison& b) {
        if (a.published.metric != b.published.metric) return a.published.metric < b.published.metric;
        return gain_over(a.published.value, b.published.value, facts.direction) > 0;
    });
    if (facts.best_known) {
        rows.insert(rows.begin(), compare_one(best, *facts.best_known, facts.direction, metrics));
        rows.front().best_known = true;
    }
    return rows;
}

std::string outcome(const Comparison& comparison) {
    if (comparison.published.other_instances) {
        return std::isnan(comparison.own_metric) ? "other instances"
                                                 : short_number(comparison.own_metric, 4) + " on other instances";
    }
    if (std::isnan(comparison.gain)) return no_number;
    const double away = std::abs(comparison.gain);
    if (comparison.best_known && away <= same_optimum_tolerance * std::abs(comparison.published.value)) {
        return away > 0 ? "matched to within " + short_number(away, 2) : "equalled";
    }
    if (comparison.beaten) return "beaten by " + short_number(away, 2);
    if (!comparison.reached) return "not reached, " + short_number(away, 2) + " away";
    return "equalled";
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

Table comparison_table(const std::string& title, const std::vector<Comparison>& comparisons, Sources sources) {
    std::vector<Column> columns{
        {"value", Align::left}, {"who", Align::left}, {"strictly verified", Align::left}, {"this run", Align::left}};
    if (sources == Sources::shown) columns.push_back({"source", Align::left});
    Table table(title, columns);
    for (const Comparison& row : comparisons) {
        const std::string metric = row.published.metric.empty() ? "" : " (" + row.published.metric + ")";
        std::vector<std::string> cells{exact_number(row.published.value) + metric,
                                       row.published.who + (row.best_known ? " (best known)" : ""),
                                       row.published.strictly_verified ? "yes" : "no", outcome(row)};
        if (sources == Sources::shown) cells.push_back(row.published.source);
        table.add_row(std::move(cells));
    }
    return table;
}

bool is_new_best(const Score& best, const RunFacts& facts) {
    if (!facts.best_known || !best.scored()) return false;
    const double known = facts.best_known->value;
    const double gain = gain_over(proven_value(best, facts.direction), known, facts.direction);
    return gain > same_optimum_tolerance * std::abs(known);
}

std::string claim(const Score& best, const RunFacts& facts) {
    const std::string names = beaten_names(compare(best, facts));
    std::string text = names.empty() ? "" : "beats " + names;
    if (!best.scored() || !facts.best_known) return text;
    const double known = facts.best_known->value;
    const double distance = std::abs(proven_value(best, facts.direction) - known);
    std::string beside_known;
    if (is_new_best(best, facts)) {
        beside_known = "new best: proven better than the best strictly verified value known";
    } else if (distance <= same_optimum_tolerance * std::abs(known)) {
        beside_known = "matches the best strictly verified value known";
        if (distance > 0) beside_known += " to within " + short_number(distance, 2);
    }
    if (!text.empty() && !beside_known.empty()) text += "; ";
    return text + beside_known;
}

}  // namespace atl::report
