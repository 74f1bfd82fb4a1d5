// SPDX-License-Identifier: Apache-2.0
// Workers of a simulation: tasks run in the caller's thread and complete after a seeded virtual duration.
#pragma once

#include <map>
#include <utility>
#include <vector>

#include "atoll/core/random.hpp"
#include "atoll/engine/executor.hpp"

namespace atl::engine {

struct VirtualDurations {
    std::uint64_t seed = 1;
    Nanoseconds minimum = 0;
    Nanoseconds maximum = 0;
};

/// Invariant: at any virtual instant at most `workers` tasks overlap, and completions come in virtual-time order.
class InlineExecutor final : public Executor {
public:
    InlineExecutor(const Clock& clock, std::size_t workers, VirtualDurations durations = {});

    void submit(Task task) override;
    std::size_t poll(Nanoseconds now) override;
    void cancel_queued() override;
    std::size_t workers() const override { return worker_free_at_.size(); }

    /// When the next completion is due; the largest Nanoseconds when nothing runs.
    Nanoseconds next_completion() const override;

private:
    const Clock& clock_;
    VirtualDurations durations_;
    RandomStream random_;
    std::vector<Nanoseconds> worker_free_at_;
    std::uint64_t submitted_ = 0;
    struct Running {
        Nanoseconds begins = 0;
        Task task;
    };
    std::map<std::pair<Nanoseconds, std::uint64_t>, Running> running_;  ///< by end, then order of submission
};

}  // namespace atl::engine
