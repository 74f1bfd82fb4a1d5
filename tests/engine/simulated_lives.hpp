// SPDX-License-Identifier: Apache-2.0
// Runs in virtual time that are cut off and go on: what their journals hold together.
#pragma once

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <variant>

#include "atoll/engine/restore.hpp"
#include "simulated_run.hpp"

namespace atl::engine::testing {

/// What the journals of a run hold, joined as the reader joins them.
class Journals {
public:
    void add(const std::vector<Record>& segment) {
        for (const Record& record : segment) std::visit([this](const auto& each) { take(each); }, record);
    }
    journal::RunContents contents() const {
        journal::RunContents joined;
        for (const auto& [key, record] : evaluations_) joined.evaluations.push_back(record);
        for (const auto& [island, by_step] : snapshots_) {
            const auto kept = std::min<std::size_t>(by_step.size(), 2);
            for (auto last = std::prev(by_step.end(), static_cast<std::ptrdiff_t>(kept)); last != by_step.end(); ++last)
                joined.snapshots.push_back(last->second);
        }
        for (const auto& [key, call] : calls_) joined.llm_calls.push_back(call);
        return joined;
    }
    /// All that the content hash covers.
    std::string content() const {
        std::string text;
        const auto parent = [](const auto& key) { return key ? to_string(*key) : "-"; };
        for (const auto& [key, record] : evaluations_) {
            text += to_string(key) + " " + parent(record.parent_1) + " " + parent(record.parent_2) + " " +
                    to_hex(record.candidate_sha256) + " " + std::to_string(record.score.lower) + "\n";
        }
        for (const std::string& migration : migrations_) text += migration;
        for (const auto& [key, call] : calls_) {
            text += "asked " + to_string(key) + " " + to_hex(call.request_sha256) + " " +
                    std::to_string(call.occurrence) + " " + to_hex(call.reply_sha256) + "\n";
        }
        return text;
    }
    std::size_t evaluations() const { return evaluations_.size(); }
    std::size_t recorded_twice() const { return recorded_twice_; }

private:
    void take(const EvaluationRecord& record) {
        if (!evaluations_.emplace(record.key, record).second) ++recorded_twice_;
    }
    void take(const MigrationRecord& record) {
        migrations_.insert(std::to_string(record.epoch) + " " + std::to_string(record.from_island) + ">" +
                           std::to_string(record.to_island) + " at " + std::to_string(record.to_step) + " " +
                           to_string(record.key) + "\n");
    }
    void take(const SnapshotRecord& record) { snapshots_[record.island].insert_or_assign(record.step, record); }
    void take(const EventRecord&) {}
    // searches for plans have no islands
    void take(const PlanRecord&) {}
    void take(const PlanCountRecord&) {}
    void take(const LlmCallRecord& record) { calls_.insert_or_assign(record.key, record); }

    std::map<EvaluationKey, EvaluationRecord> evaluations_;
    std::set<std::string> migrations_;
    std::map<std::uint32_t, std::map<std::uint64_t, SnapshotRecord>> snapshots_;
    std::map<EvaluationKey, LlmCallRecord> calls_;
    std::size_t recorded_twice_ = 0;
};

/// One incarnation on `ranks` ranks, cut off at `deadline`; what was durable then goes to `journals`.
inline transport::RunOutcome run_incarnation(SimulatedRunOptions options, int ranks, std::uint64_t seed,
                                             Nanoseconds deadline, Journals& journals) {
    const journal::RunContents earlier = journals.contents();
    const std::uint64_t step = common_step(earlier, options.rank.islands);
    options.ranks = ranks;
    options.seed = seed;
    options.restore = [&](Island& island, std::uint32_t id) {
        return restore_island_at(island, id, earlier, options.rank.direction, step, options.rank.batch);
    };
    SimulatedRun run(options);
    const auto outcome = run.run(deadline).outcome;
    for (const auto& journal : run.journals) {
        journals.add(outcome == transport::RunOutcome::finished ? journal->records : journal->durable());
    }
    return outcome;
}

}  // namespace atl::engine::testing
