// SPDX-License-Identifier: Apache-2.0
// Epochs of a deterministic run, and the time the machine leaves: when a rank waits, and when it stops by itself.
#include <algorithm>
#include <tuple>

#include "atoll/engine/rank.hpp"

namespace atl::engine {

void Rank::end_epoch() {
    if (!options_.deterministic || phase_ != Phase::running || epoch_reported_) return;
    if (!std::all_of(runners_.begin(), runners_.end(), [](const auto& runner) { return runner->at_epoch_end(); }))
        return;
    if (options_.migration_interval > 0) {
        for (std::size_t i = 0; i < runners_.size(); ++i) migrate(i, epoch_ + 1);
    }
    epoch_reported_ = true;
    next_status_ = now_;
    send_epoch_report();
}

void Rank::send_epoch_report() {
    EpochReport report;
    report.epoch = epoch_ + 1;
    report.messages_sent = counts_.messages_sent;
    report.messages_received = counts_.messages_received;
    report.exhausted = exhausted();
    report.target = proof_;
    parts_.transport.send({0, static_cast<std::uint32_t>(Tag::epoch_done), encode(report)});
}

void Rank::begin_epoch(std::uint64_t epoch) {
    if (phase_ != Phase::running) return;
    const std::uint64_t interval = options_.snapshot_interval;
    const std::uint64_t first_step = epoch * options_.epoch_steps();
    const bool snapshot_is_due =
        interval > 0 && first_step / interval != (first_step - options_.epoch_steps()) / interval;
    epoch_ = epoch;
    epoch_reported_ = false;
    // Messages come in any order; what an island learns must not. A fast neighbour's migrants for the epoch after this
    // one may be here already.
    std::stable_sort(arrivals_.begin(), arrivals_.end(), [](const Migrant& left, const Migrant& right) {
        return std::tie(left.epoch, left.to_island, left.from_island) <
               std::tie(right.epoch, right.to_island, right.from_island);
    });
    const auto later = std::find_if(arrivals_.begin(), arrivals_.end(),
                                    [epoch](const Migrant& migrant) { return migrant.epoch > epoch; });
    std::for_each(arrivals_.begin(), later, [this](const Migrant& migrant) { immigrate(migrant); });
    arrivals_.erase(arrivals_.begin(), later);
    for (const auto& runner : runners_) {
        runner->begin_epoch(epoch);
        if (snapshot_is_due) snapshot(*runner);
    }
}

void Rank::watch_walltime() {
    if (!options_.walltime_end || phase_ != Phase::running) return;
    const auto workers = static_cast<double>(std::max<std::size_t>(parts_.executor.workers(), 1));
    // A new evaluation begins when those queued before it are done.
    const double needed = durations_.percentile_95() * (1 + static_cast<double>(queued_) / workers);
    const double left = to_seconds(*options_.walltime_end - now_) - options_.walltime_margin_seconds;
    if (needed <= left) return;
    request_stop({StopReason::walltime, "the time left does not hold another evaluation"});
}

}  // namespace atl::engine
