// SPDX-License-Identifier: Apache-2.0
// Counts a run: one pass in the order of time, then sorting.
#include "atoll/report/run_summary.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <optional>
#include <unordered_map>
#include <utility>

#include "atoll/journal/reader.hpp"
#include "report/timeline.hpp"

namespace atl::report {

namespace {

/// More islands than any job has: a wrong fact must not fill the memory.
constexpr std::uint32_t most_listed_islands = 1'000'000;

/// Collects while the moments pass by.
class Counter {
public:
    Counter(const journal::RunContents& contents, RunSummary& summary) : summary_(summary) {
        for (const MigrationRecord& record : contents.migrations) migrants_.emplace(record.key, std::nullopt);
        if (migrants_.empty()) return;
        for (const EvaluationRecord& record : contents.evaluations) {
            const auto found = migrants_.find(record.key);
            if (found != migrants_.end()) found->second = record.verdict.ok() ? record.score : Score{};
        }
    }

    void count(const Moment& moment) {
        if (moment.evaluation != nullptr) {
            count_evaluation(*moment.evaluation, moment.elapsed_seconds);
        } else {
            count_migration(*moment.migration);
        }
        summary_.time.elapsed_seconds = std::max(summary_.time.elapsed_seconds, moment.elapsed_seconds);
    }

    void finish() {
        const std::uint32_t listed = std::min(summary_.facts.islands, most_listed_islands);
        for (std::uint32_t island = 0; island < listed; ++island) islands_[island].island = island;
        for (auto& [number, island] : islands_) summary_.islands.push_back(std::move(island));
        for (auto& [kind_and_reason, verdict] : verdicts_) summary_.verdicts.push_back(std::move(verdict));
        for (auto& [name, one] : operators_) summary_.operators.push_back(std::move(one));
        for (const auto& [edge, migration] : migrations_) summary_.migrations.push_back(migration);
        for (const auto& [origin, evaluations] : origins_) summary_.origins.push_back({origin, evaluations});
    }

private:
    void count_evaluation(const EvaluationRecord& record, double elapsed_seconds) {
        ++summary_.evaluations;
        ++origins_[record.origin];
        count_verdict(record);
        TimeSummary& time = summary_.time;
        time.wall_seconds += record.wall_seconds;
        time.cpu_seconds += record.cpu_seconds;
        time.objective_calls += record.objective_calls;
        time.cache_hits += record.cache_hit ? 1 : 0;
        time.peak_bytes = std::max(time.peak_bytes, record.peak_bytes);
        time.usd += record.usd;

        IslandSummary& island = islands_[record.key.island];
        island.island = record.key.island;
        ++island.evaluations;
        OperatorSummary& maker = operators_[record.operator_name];
        maker.name = record.operator_name;
        ++maker.evaluations;
        maker.objective_calls += record.objective_calls;
        maker.wall_seconds += record.wall_seconds;
        maker.cpu_seconds += record.cpu_seconds;
        if (!record.verdict.ok()) return;
        ++summary_.ok;
        ++island.ok;
        ++maker.ok;
        take_best(summary_.best, record);
        take_best(island.best, record);
        note_target(record, elapsed_seconds);

        const Direction direction = summary_.facts.direction;
        Score& so_far = best_so_far_[record.key.island];
        if (!better(record.score, so_far, direction)) return;
        ++island.improvements;
        ++maker.improvements;
        if (so_far.scored()) {
            maker.gain += std::abs(proven_value(record.score, direction) - proven_value(so_far, direction));
        }
        so_far = record.score;
    }

    void count_verdict(const EvaluationRecord& record) {
        VerdictSummary& verdict = verdicts_[{record.verdict.kind, record.verdict.reason}];
        const bool first = verdict.evaluations++ == 0;
        verdict.kind = record.verdict.kind;
        verdict.reason = record.verdict.reason;
        if (first || record.key < verdict.example_key) {
            verdict.example = record.verdict.line();
            verdict.example_key = record.key;
        }
    }

    void take_best(std::optional<BestEvaluation>& best, const EvaluationRecord& record) const {
        const Direction direction = summary_.facts.direction;
        if (!record.score.scored()) return;
        if (best) {
            const bool is_better = better(record.score, best->score, direction);
            const bool is_equal = !is_better && !better(best->score, record.score, direction);
            if (!is_better && !(is_equal && record.key < best->key)) return;
        }
        best = BestEvaluation{record.key,
                              record.score,
                              proven_value(record.score, direction),
                              record.operator_name,
                              record.candidate_sha256,
                              record.elapsed_seconds,
                              record.candidate.genome,
                              record.metrics};
    }

    void note_target(const EvaluationRecord& record, double elapsed_seconds) {
        const auto& target = summary_.facts.target;
        if (!target || summary_.target_reached || !reaches(record.score, *target, summary_.facts.direction)) return;
        summary_.target_reached = true;
        summary_.seconds_to_target = elapsed_seconds;
        summary_.evaluations_to_target = summary_.evaluations;
    }

    void count_migration(const MigrationRecord& record) {
        MigrationSummary& edge = migrations_[{record.from_island, record.to_island}];
        edge.from_island = record.from_island;
        edge.to_island = record.to_island;
        ++edge.migrants;
        const std::optional<Score>& migrant = migrants_.at(record.key);
        if (!migrant) {
            ++edge.unknown;
            return;
        }
        Score& so_far = best_so_far_[record.to_island];
        if (!better(*migrant, so_far, summary_.facts.direction)) return;
        ++edge.improved;
        so_far = *migrant;
    }

    RunSummary& summary_;
    std::unordered_map<EvaluationKey, std::optional<Score>> migrants_;  ///< empty: no such evaluation
    std::map<std::uint32_t, Score> best_so_far_;                        ///< received elites included
    std::map<std::uint32_t, IslandSummary> islands_;
    std::map<std::pair<VerdictKind, std::string>, VerdictSummary> verdicts_;
    std::map<std::string, OperatorSummary> operators_;
    std::map<std::pair<std::uint32_t, std::uint32_t>, MigrationSummary> migrations_;
    std::map<Origin, std::uint64_t> origins_;
};

void sort_tables(RunSummary& summary) {
    std::stable_sort(summary.verdicts.begin(), summary.verdicts.end(), [](const auto& a, const auto& b) {
        const bool a_ok = a.kind == VerdictKind::ok;
        const bool b_ok = b.kind == VerdictKind::ok;
        return a_ok != b_ok ? a_ok : a.evaluations > b.evaluations;
    });
    std::stable_sort(summary.operators.begin(), summary.operators.end(), [](const auto& a, const auto& b) {
        return a.gain != b.gain ? a.gain > b.gain : a.improvements > b.improvements;
    });
}

}  // namespace

double OperatorSummary::gain_per_million_calls() const {
    if (objective_calls == 0) return std::numeric_limits<double>::quiet_NaN();
    return gain * 1e6 / static_cast<double>(objective_calls);
}

RunSummary summarize(const journal::RunContents& contents, const RunFacts& facts) {
    RunSummary summary;
    summary.facts = facts;
    Counter counter(contents, summary);
    for (const Moment& moment : timeline(contents)) counter.count(moment);
    counter.finish();
    sort_tables(summary);

    summary.models = summarize_models(contents.llm_calls);
    for (const EventRecord& event : contents.events) {
        if (std::isfinite(event.elapsed_seconds)) {
            summary.time.elapsed_seconds = std::max(summary.time.elapsed_seconds, event.elapsed_seconds);
        }
        summary.events.push_back({event.elapsed_seconds, event.name, event.text});
    }
    std::stable_sort(summary.events.begin(), summary.events.end(), [](const auto& a, const auto& b) {
        return sortable(a.elapsed_seconds) < sortable(b.elapsed_seconds);
    });
    summary.time.evaluations_per_second = summary.time.elapsed_seconds > 0
                                              ? static_cast<double>(summary.evaluations) / summary.time.elapsed_seconds
                                              : std::numeric_limits<double>::quiet_NaN();

    const Score best = summary.best ? summary.best->score : Score{};
    summary.comparisons = compare(best, facts, summary.best ? summary.best->metrics : std::vector<Metric>{});
    summary.new_best = is_new_best(best, facts);
    for (const journal::Note& note : contents.torn_tails) summary.notes.push_back("unfinished end: " + note.text);
    for (const journal::Note& note : contents.damages) summary.notes.push_back("damage: " + note.text);
    for (const journal::Note& note : contents.duplicates) summary.notes.push_back("met twice: " + note.text);
    return summary;
}

}  // namespace atl::report
