// SPDX-License-Identifier: Apache-2.0
// Brings islands back: snapshot, then replay.
#include "atoll/app/restore.hpp"

#include <algorithm>
#include <unordered_map>
#include <utility>

namespace atl::app {

double elapsed_seconds(const journal::RunContents& contents) {
    double latest = 0;
    for (const auto& record : contents.evaluations) latest = std::max(latest, record.elapsed_seconds);
    for (const auto& record : contents.migrations) latest = std::max(latest, record.elapsed_seconds);
    for (const auto& record : contents.events) latest = std::max(latest, record.elapsed_seconds);
    return latest;
}

engine::IslandProgress restore_island(engine::Island& island, std::uint32_t id, const journal::RunContents& contents,
                                      Direction direction) {
    const auto snapshot = std::find_if(contents.snapshots.begin(), contents.snapshots.end(),
                                       [id](const SnapshotRecord& record) { return record.island == id; });
    const bool has_snapshot = snapshot != contents.snapshots.end();
    const std::uint64_t first_step = has_snapshot ? snapshot->step : 0;
    island.restore(has_snapshot ? snapshot->state : std::string());

    std::vector<const MigrationRecord*> arrivals;
    for (const MigrationRecord& migration : contents.migrations) {
        if (migration.to_island == id && migration.to_step >= first_step) arrivals.push_back(&migration);
    }
    std::stable_sort(arrivals.begin(), arrivals.end(),
                     [](const auto* left, const auto* right) { return left->to_step < right->to_step; });
    std::unordered_map<EvaluationKey, const EvaluationRecord*> travellers;
    if (!arrivals.empty()) {
        for (const EvaluationRecord& record : contents.evaluations) travellers.emplace(record.key, &record);
    }
    auto arrival = arrivals.begin();
    const auto take_in_until = [&](std::uint64_t step) {
        for (; arrival != arrivals.end() && (*arrival)->to_step <= step; ++arrival) {
            const auto found = travellers.find((*arrival)->key);
            if (found == travellers.end())
                continue;  // cut off by a torn tail of its own island: it will be found again
            island.immigrate({(*arrival)->epoch, (*arrival)->from_island, id, *found->second});
        }
    };

    engine::IslandProgress progress;
    std::pair<std::uint64_t, std::uint32_t> last_slot{0, 0};
    bool any = false;
    for (const EvaluationRecord& record : contents.evaluations) {
        if (record.key.island != id) continue;
        progress.next_step = record.key.step + 1;
        const std::pair slot{record.key.step, record.key.slot};
        if (!any || slot != last_slot) ++progress.evaluations;
        any = true;
        last_slot = slot;
        if (record.verdict.ok() && better(record.score, progress.best, direction)) {
            progress.best = record.score;
            progress.best_key = record.key;
        }
        EvaluationRecord known = record;
        known.candidate.bytes.clear();
        progress.known.push_back(std::move(known));
        if (record.key.step < first_step || record.verdict.kind == VerdictKind::infrastructure) continue;
        take_in_until(record.key.step);
        island.replay(record);
    }
    take_in_until(UINT64_MAX);
    return progress;
}

}  // namespace atl::app
