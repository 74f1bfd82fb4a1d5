// SPDX-License-Identifier: Apache-2.0
// The records a run is made of; plain data, written to journals and folded into archives.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "atoll/core/hash.hpp"
#include "atoll/core/ids.hpp"
#include "atoll/core/score.hpp"
#include "atoll/core/verdict.hpp"

namespace atl {

/// What is proposed, evaluated and archived. The meaning of `bytes` belongs to the genome
/// ("vector": little-endian binary64 coordinates).
struct Candidate {
    std::string genome;
    std::string bytes;

    bool operator==(const Candidate&) const = default;
};

/// Where a number comes from; tables never mix two origins.
enum class Origin : std::uint8_t { measured = 0, replayed = 1, emulated = 2, predicted = 3 };

std::string_view to_string(Origin origin);

/// One named measurement beside the score.
struct Metric {
    std::string name;
    double value = 0;
    std::string unit;

    bool operator==(const Metric&) const = default;
};

/// One evaluation, complete: what travels with a migrant and what a journal keeps.
struct EvaluationRecord {
    EvaluationKey key;
    std::optional<EvaluationKey> parent_1;
    std::optional<EvaluationKey> parent_2;
    std::string operator_name;
    Candidate candidate;  ///< `bytes` is empty on records read back without their blobs
    Sha256 candidate_sha256{};
    std::uint32_t stage = 0;
    std::string instance_set = "open";
    Verdict verdict;
    Score score;
    std::uint64_t objective_calls = 0;  ///< inner calls the operator made, plus one for the evaluation itself
    Origin origin = Origin::measured;
    double elapsed_seconds = 0;  ///< since the run's start, earlier incarnations included
    double wall_seconds = 0;     ///< of a worker: making the candidate and judging it
    double cpu_seconds = 0;      ///< likewise
    std::uint64_t peak_bytes = 0;
    std::uint32_t rank = 0;
    double usd = 0;
    bool cache_hit = false;  ///< answered from the island's own history
    std::vector<Metric> metrics;
};

/// An elite of one island taken over by another; `key` names its evaluation.
struct MigrationRecord {
    std::uint64_t epoch = 0;  ///< migration epoch: step / interval
    std::uint32_t from_island = 0;
    std::uint32_t to_island = 0;
    std::uint64_t to_step = 0;  ///< the receiving island's step when it took the migrant in
    EvaluationKey key;
    double elapsed_seconds = 0;
};

/// Everything an island needs to go on where it was; the layout of `state` is the island's own, versioned.
struct SnapshotRecord {
    std::uint32_t island = 0;
    std::uint64_t step = 0;
    std::string state;
};

/// Something worth knowing about the run itself ("started", "stopping: SIGINT").
struct EventRecord {
    std::string name;
    std::string text;
    double elapsed_seconds = 0;
};

/// One question to a language model and what came of it; it may have taken several HTTP requests.
struct LlmCallRecord {
    EvaluationKey key;  ///< the evaluation it was asked for
    std::string model;
    std::string endpoint;             ///< base URL of the one that answered, or of the last one asked
    Sha256 request_sha256{};          ///< of the body as first composed
    std::uint64_t occurrence = 0;     ///< how often this island had asked the same before
    std::string reply;                ///< its text; empty on records read back without their blobs
    Sha256 reply_sha256{};            ///< of the reply's text; zeros when there is none
    std::string status;               ///< "ok", or why there is no reply ("http_503", "budget_usd", "trace_miss")
    std::string finish_reason;        ///< as the server said ("stop", "length"); "cut": ended here once it was complete
    std::uint64_t prompt_tokens = 0;  ///< as servers said, over all its requests
    std::uint64_t completion_tokens = 0;  ///< likewise
    std::uint64_t reserved_tokens =
        0;                       ///< charged for requests whose server did not say: prompt and reply at their most
    double usd = 0;              ///< of both
    std::uint32_t requests = 0;  ///< HTTP requests sent
    std::uint32_t hedges = 0;    ///< of those, sent because another one was slow
    std::uint32_t faults = 0;    ///< of those, failed
    bool reused = false;         ///< answered by the reply to an equal request
    Origin origin = Origin::measured;  ///< replayed: from a trace
    double first_byte_seconds = 0;     ///< of the request that answered
    double wall_seconds = 0;           ///< from the question to the reply, waits included
    double elapsed_seconds = 0;        ///< when the reply came, since the run's start
    std::uint32_t rank = 0;
};

/// One training plan that a plan search kept.
struct PlanRecord {
    std::uint32_t place = 0;  ///< 1: the fastest
    std::string strategy;     ///< in short words ("tp8 pp4 dp2 mbs1"), unique in a run
    std::uint32_t tensor = 1;
    std::uint32_t pipeline = 1;
    std::uint32_t data = 1;
    std::uint32_t context = 1;
    std::uint32_t expert = 1;
    std::uint32_t virtual_stages = 1;
    std::uint32_t micro_batch = 1;
    std::string schedule;
    std::string recompute;  ///< "none", "selective", "full-uniform-2"
    std::uint32_t zero_stage = 0;
    std::string switches;  ///< those that are on, separated by blanks
    double iteration_seconds = 0;
    double tokens_per_second = 0;  ///< of all GPUs
    double peak_gib = 0;           ///< of the fullest GPU
    double out_of_memory_probability = 0;
    Origin origin = Origin::predicted;

    bool operator==(const PlanRecord&) const = default;
};

/// One line of a plan search's certificate: what became of so many plans of the space. The lines add up to the space.
struct PlanCountRecord {
    std::string fate;  ///< "dropped by rule", "dropped by memory", "bounded", "simulated"
    std::string by;    ///< the rule's or the bound's name
    std::uint64_t plans = 0;

    bool operator==(const PlanCountRecord&) const = default;
};

using Record = std::variant<EvaluationRecord, MigrationRecord, SnapshotRecord, EventRecord, LlmCallRecord, PlanRecord,
                            PlanCountRecord>;

}  // namespace atl
