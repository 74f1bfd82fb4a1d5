// SPDX-License-Identifier: Apache-2.0
// What a run comes to: counts, bests and rates, computed once from its records for tables, JSON and figures.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "atoll/core/record.hpp"
#include "atoll/report/comparison.hpp"
#include "atoll/report/model_summary.hpp"
#include "atoll/report/run_facts.hpp"

namespace atl::journal {
struct RunContents;
}

namespace atl::report {

/// The best evaluation of a run or an island: verdict ok, best proven value, the smallest key among equals.
struct BestEvaluation {
    EvaluationKey key;
    Score score;
    double proven = 0;  ///< proven_value(score)
    std::string operator_name;
    Sha256 candidate_sha256{};
    double elapsed_seconds = 0;
    std::string genome;
    std::vector<Metric> metrics;
};

struct IslandSummary {
    std::uint32_t island = 0;
    std::uint64_t evaluations = 0;
    std::uint64_t ok = 0;
    std::uint64_t improvements = 0;  ///< how often an own candidate improved the island's best, the first one included
    std::optional<BestEvaluation> best;  ///< of its own candidates; elites it received are not counted
};

struct VerdictSummary {
    VerdictKind kind = VerdictKind::ok;
    std::string reason;
    std::uint64_t evaluations = 0;
    std::string example;  ///< the text of the first one, by key
    EvaluationKey example_key;
};

/// A gain is how far a candidate moved its island's best so far (received elites included) in the problem's direction.
/// The first scored candidate of an island gains nothing: there is nothing to measure it against.
struct OperatorSummary {
    std::string name;
    std::uint64_t evaluations = 0;
    std::uint64_t ok = 0;
    std::uint64_t improvements = 0;
    double gain = 0;  ///< summed, in units of the score
    std::uint64_t objective_calls = 0;
    double wall_seconds = 0;
    double cpu_seconds = 0;

    /// NaN where no objective call was counted.
    double gain_per_million_calls() const;
};

/// The traffic over one edge.
struct MigrationSummary {
    std::uint32_t from_island = 0;
    std::uint32_t to_island = 0;
    std::uint64_t migrants = 0;
    std::uint64_t improved = 0;  ///< migrants better than the receiver's best at that moment
    std::uint64_t unknown = 0;   ///< migrants whose evaluation is not among the records (cut off by a torn tail)
};

struct TimeSummary {
    double elapsed_seconds = 0;         ///< latest record of any kind
    double evaluations_per_second = 0;  ///< NaN when nothing elapsed
    double wall_seconds = 0;            ///< summed over evaluations: how long workers were busy
    double cpu_seconds = 0;
    std::uint64_t objective_calls = 0;
    std::uint64_t cache_hits = 0;
    std::uint64_t peak_bytes = 0;  ///< the largest of any evaluation
    double usd = 0;
};

struct OriginSummary {
    Origin origin = Origin::measured;
    std::uint64_t evaluations = 0;
};

struct EventSummary {
    double elapsed_seconds = 0;
    std::string name;
    std::string text;
};

struct RunSummary {
    RunFacts facts;
    std::uint64_t evaluations = 0;
    std::uint64_t ok = 0;
    std::optional<BestEvaluation> best;
    bool target_reached = false;
    bool new_best = false;  ///< as is_new_best()
    std::optional<double> seconds_to_target;
    std::optional<std::uint64_t> evaluations_to_target;
    std::vector<Comparison> comparisons;       ///< best known first, then published(), best first
    std::vector<IslandSummary> islands;        ///< by number; an island of the job without a record is listed, too
    std::vector<VerdictSummary> verdicts;      ///< ok first, then by count
    std::vector<OperatorSummary> operators;    ///< by gain, then improvements, then name
    std::vector<MigrationSummary> migrations;  ///< by edge
    std::vector<ModelSummary> models;          ///< language models that were asked, the most asked first
    TimeSummary time;
    std::vector<OriginSummary> origins;
    std::vector<EventSummary> events;
    std::vector<std::string> notes;  ///< torn tails and damage, one sentence each
};

/// Pure. Needs no blobs; evaluations in any order.
RunSummary summarize(const journal::RunContents& contents, const RunFacts& facts);

}  // namespace atl::report
