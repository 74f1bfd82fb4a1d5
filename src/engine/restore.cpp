// SPDX-License-Identifier: Apache-2.0
// Brings islands back: snapshot, then what came after it.
#include "atoll/engine/restore.hpp"

#include <algorithm>
#include <limits>
#include <span>
#include <unordered_set>
#include <utility>
#include <variant>

namespace atl::engine {

namespace {

const EvaluationRecord* find(const journal::RunContents& contents, const EvaluationKey& key) {
    const auto found = std::lower_bound(
        contents.evaluations.begin(), contents.evaluations.end(), key,
        [](const EvaluationRecord& record, const EvaluationKey& wanted) { return record.key < wanted; });
    return found != contents.evaluations.end() && found->key == key ? &*found : nullptr;
}

std::span<const EvaluationRecord> records_of(const journal::RunContents& contents, std::uint32_t island) {
    const auto before = [](const EvaluationRecord& record, std::uint32_t wanted) { return record.key.island < wanted; };
    const auto after = [](std::uint32_t wanted, const EvaluationRecord& record) { return wanted < record.key.island; };
    const auto& all = contents.evaluations;
    return {std::lower_bound(all.begin(), all.end(), island, before),
            std::upper_bound(all.begin(), all.end(), island, after)};
}

const SnapshotRecord* last_snapshot(const journal::RunContents& contents, std::uint32_t island) {
    const SnapshotRecord* last = nullptr;
    for (const SnapshotRecord& snapshot : contents.snapshots) {
        if (snapshot.island == island) last = &snapshot;  // by step: the later one wins
    }
    return last;
}

const SnapshotRecord* snapshot_at(const journal::RunContents& contents, std::uint32_t island, std::uint64_t step) {
    const auto found =
        std::find_if(contents.snapshots.begin(), contents.snapshots.end(),
                     [=](const SnapshotRecord& each) { return each.island == island && each.step == step; });
    return found == contents.snapshots.end() ? nullptr : &*found;
}

void note_best(IslandProgress& progress, const EvaluationRecord& record, Direction direction) {
    if (!record.verdict.ok() || !better(record.score, progress.best, direction)) return;
    progress.best = record.score;
    progress.best_key = record.key;
}

EvaluationRecord without_candidate(const EvaluationRecord& record) {
    EvaluationRecord known;
    known.key = record.key;
    known.candidate_sha256 = record.candidate_sha256;
    known.verdict.kind = record.verdict.kind;
    known.verdict.reason = record.verdict.reason;
    known.score = record.score;
    known.origin = record.origin;
    return known;
}

void restore_from(Island& island, const SnapshotRecord* snapshot, const journal::RunContents& contents) {
    journal::CandidateReader candidates(contents);
    island.restore(snapshot != nullptr ? snapshot->state : std::string(),
                   [&candidates](const Sha256& content) { return candidates.bytes(content); });
}

/// What the island asked before a step; an evaluation whose question an interruption had repeated counts once.
std::vector<Sha256> asked_before(const journal::RunContents& contents, std::uint32_t island, std::uint64_t step) {
    std::vector<Sha256> asked;
    const LlmCallRecord* previous = nullptr;
    for (const LlmCallRecord& call : contents.llm_calls) {
        if (call.key.island != island || call.key.step >= step) continue;
        if (previous == nullptr || previous->key != call.key) asked.push_back(call.request_sha256);
        previous = &call;
    }
    return asked;
}

}  // namespace

double elapsed_seconds(const journal::RunContents& contents) {
    double latest = 0;
    for (const auto& record : contents.evaluations) latest = std::max(latest, record.elapsed_seconds);
    for (const auto& record : contents.migrations) latest = std::max(latest, record.elapsed_seconds);
    for (const auto& record : contents.events) latest = std::max(latest, record.elapsed_seconds);
    for (const auto& record : contents.llm_calls) latest = std::max(latest, record.elapsed_seconds);
    return latest;
}

void load_needed_candidates(journal::RunContents& contents, bool deterministic, std::uint32_t islands) {
    std::vector<std::size_t> rows;
    if (deterministic) {
        const std::uint64_t step = common_step(contents, islands);
        for (std::size_t row = 0; row < contents.evaluations.size(); ++row) {
            if (contents.evaluations[row].key.step >= step) rows.push_back(row);
        }
    } else {
        const auto add = [&](const EvaluationKey& key) {
            const EvaluationRecord* record = find(contents, key);
            if (record != nullptr) rows.push_back(static_cast<std::size_t>(record - contents.evaluations.data()));
        };
        for (const auto& [island, learnt] : contents.after_snapshot) {
            for (const journal::Learnt& each : learnt) {
                const auto* key = std::get_if<EvaluationKey>(&each);
                add(key != nullptr ? *key : std::get<MigrationRecord>(each).key);
            }
        }
    }
    journal::load_candidates(contents, rows);
}

IslandProgress restore_island(Island& island, std::uint32_t id, const journal::RunContents& contents,
                              Direction direction) {
    const SnapshotRecord* snapshot = last_snapshot(contents, id);
    restore_from(island, snapshot, contents);
    if (const auto later = contents.after_snapshot.find(id); later != contents.after_snapshot.end()) {
        std::unordered_set<EvaluationKey> replayed;
        for (const journal::Learnt& learnt : later->second) {
            if (const auto* key = std::get_if<EvaluationKey>(&learnt)) {
                const EvaluationRecord* record = find(contents, *key);
                const bool final = record != nullptr && record->verdict.kind != VerdictKind::infrastructure;
                if (final && replayed.insert(*key).second) island.replay(*record);
            } else {
                const auto& migration = std::get<MigrationRecord>(learnt);
                // Cut off by a torn tail of its own island's rank, it will be found again.
                const EvaluationRecord* record = find(contents, migration.key);
                if (record != nullptr) island.immigrate({migration.epoch, migration.from_island, id, *record});
            }
        }
    }

    IslandProgress progress;
    const EvaluationRecord* previous = nullptr;
    for (const EvaluationRecord& record : records_of(contents, id)) {
        progress.next_step = record.key.step + 1;
        if (previous == nullptr || previous->key.step != record.key.step || previous->key.slot != record.key.slot)
            ++progress.evaluations;
        previous = &record;
        note_best(progress, record, direction);
        progress.known.push_back(without_candidate(record));
    }
    // Slots that were dropped when the run stopped left no record, but their steps are over.
    if (snapshot != nullptr) progress.next_step = std::max(progress.next_step, snapshot->step);
    progress.asked = asked_before(contents, id, progress.next_step);
    return progress;
}

std::uint64_t common_step(const journal::RunContents& contents, std::uint32_t islands) {
    std::uint64_t step = std::numeric_limits<std::uint64_t>::max();
    for (std::uint32_t island = 0; island < islands; ++island) {
        const SnapshotRecord* last = last_snapshot(contents, island);
        step = std::min(step, last != nullptr ? last->step : 0);
    }
    for (std::uint32_t island = 0; island < islands; ++island) {
        if (snapshot_at(contents, island, step) == nullptr) return 0;
    }
    return step;
}

IslandProgress restore_island_at(Island& island, std::uint32_t id, const journal::RunContents& contents,
                                 Direction direction, std::uint64_t step, std::uint32_t batch) {
    const SnapshotRecord* snapshot = step > 0 ? snapshot_at(contents, id, step) : nullptr;
    restore_from(island, snapshot, contents);
    IslandProgress progress;
    progress.next_step = step;
    progress.evaluations = step * batch;
    for (const EvaluationRecord& record : records_of(contents, id)) {
        if (record.key.step >= step) {
            progress.recorded.push_back(record);
            continue;
        }
        note_best(progress, record, direction);
        progress.known.push_back(without_candidate(record));
    }
    progress.asked = asked_before(contents, id, step);
    return progress;
}

}  // namespace atl::engine
