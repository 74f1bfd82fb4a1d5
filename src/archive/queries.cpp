// SPDX-License-Identifier: Apache-2.0
// The best candidate, and what tables there are.
#include "atoll/archive/queries.hpp"

#include <algorithm>
#include <bit>
#include <tuple>
#include <utility>

#include "archive/provenance.hpp"
#include "archive/tables.hpp"
#include "atoll/core/error.hpp"
#include "atoll/core/json.hpp"

namespace atl::archive {
namespace {

/// Coordinates of a candidate of genome "vector": little-endian binary64.
std::vector<double> coordinates(std::string_view bytes) {
    std::vector<double> values;
    values.reserve(bytes.size() / 8);
    for (; bytes.size() >= 8; bytes.remove_prefix(8)) {
        std::uint64_t bits = 0;
        for (unsigned i = 0; i < 8; ++i) bits |= std::uint64_t{static_cast<std::uint8_t>(bytes[i])} << (8 * i);
        values.push_back(std::bit_cast<double>(bits));
    }
    return values;
}

bool counts(const EvaluationRecord& record) { return record.verdict.ok() && record.score.scored(); }

/// When the first record reached the target, and how many evaluations had finished by then.
void time_to_target(const std::vector<EvaluationRecord>& evaluations, double target, Best& best) {
    const auto finished_before = [](const EvaluationRecord* left, const EvaluationRecord* right) {
        return std::tie(left->elapsed_seconds, left->key) < std::tie(right->elapsed_seconds, right->key);
    };
    const EvaluationRecord* first = nullptr;
    for (const EvaluationRecord& record : evaluations) {
        if (!counts(record) || !reaches(record.score, target, best.direction)) continue;
        if (first == nullptr || finished_before(&record, first)) first = &record;
    }
    if (first == nullptr) return;
    const auto earlier = std::count_if(evaluations.begin(), evaluations.end(),
                                       [&](const EvaluationRecord& record) { return finished_before(&record, first); });
    best.seconds_to_target = first->elapsed_seconds;
    best.evaluations_to_target = static_cast<std::uint64_t>(earlier) + 1;
}

}  // namespace

std::optional<Json> provenance_of(const journal::RunContents& contents) {
    for (const journal::SegmentInfo& segment : contents.segments) {
        if (segment.provenance_json.empty()) continue;
        try {
            Json provenance = parse_json(segment.provenance_json, "provenance");
            if (provenance.is_object()) return provenance;
        } catch (const InputError&) {
            // Free text instead of JSON: it is carried into the archive as it stands.
            continue;
        }
    }
    return std::nullopt;
}

RunSubject subject(const journal::RunContents& contents) {
    RunSubject about;
    const std::optional<Json> provenance = provenance_of(contents);
    if (!provenance) return about;
    if ((*provenance)["problem"].is_string()) about.problem = (*provenance)["problem"].as_string();
    const Json& direction = (*provenance)["direction"];
    if (direction.is_string() && direction.as_string() == to_string(Direction::minimize)) {
        about.direction = Direction::minimize;
    }
    return about;
}

Best best(const journal::RunContents& contents, std::optional<double> target) {
    const RunSubject about = subject(contents);
    Best best;
    best.problem = about.problem;
    best.direction = about.direction;
    const EvaluationRecord* found = nullptr;
    for (const EvaluationRecord& record : contents.evaluations) {
        if (!counts(record)) continue;
        if (found == nullptr || better(record.score, found->score, about.direction)) found = &record;
    }
    if (found != nullptr) {
        best.found = true;
        best.lower = found->score.lower;
        best.upper = found->score.upper;
        best.key = found->key;
        best.candidate_sha256 = found->candidate_sha256;
        best.genome = found->candidate.genome;
        best.operator_name = found->operator_name;
        best.elapsed_seconds = found->elapsed_seconds;
        if (best.genome == "vector") best.witness = coordinates(found->candidate.bytes);
    }
    if (target) time_to_target(contents.evaluations, *target, best);
    return best;
}

const EvaluationRecord* find_evaluation(const journal::RunContents& contents, const EvaluationKey& key) {
    for (const EvaluationRecord& record : contents.evaluations) {
        if (record.key == key) return &record;
    }
    return nullptr;
}

std::vector<TableSummary> list(const journal::RunContents& contents) {
    std::vector<TableSummary> summaries;
    for (const Table& table : tables_of(contents)) {
        TableSummary summary{.name = table.name, .rows = table.rows, .columns = {}};
        for (const Column& column : table.columns) summary.columns.push_back(column.info.name);
        summaries.push_back(std::move(summary));
    }
    return summaries;
}

journal::RunContents read_with_best_candidate(const std::filesystem::path& run_directory) {
    journal::ReadOptions options;
    options.load_candidates = false;
    journal::RunContents contents = journal::read_run(run_directory, options);
    const Best found = best(contents);
    if (!found.found) return contents;
    std::string bytes;
    options.on_blob = [&](const Sha256& digest, std::string_view content) {
        if (digest == found.candidate_sha256) bytes = content;
    };
    journal::read_run(run_directory, options);
    for (EvaluationRecord& record : contents.evaluations) {
        if (record.key == found.key) record.candidate.bytes = bytes;
    }
    return contents;
}

std::string_view to_string(ArchiveState state) {
    switch (state) {
        case ArchiveState::missing:
            return "missing";
        case ArchiveState::current:
            return "current";
        case ArchiveState::behind:
            return "behind";
        case ArchiveState::ahead:
            return "ahead";
        case ArchiveState::differs:
            return "differs";
        case ArchiveState::unreadable:
            return "unreadable";
    }
    return "unknown";
}

}  // namespace atl::archive
