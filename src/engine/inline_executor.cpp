// SPDX-License-Identifier: Apache-2.0
// Workers of a simulation: the earliest free worker takes the next task.
#include "atoll/engine/inline_executor.hpp"

#include <algorithm>

namespace atl::engine {

InlineExecutor::InlineExecutor(const Clock& clock, std::size_t workers, VirtualDurations durations)
    : clock_(clock),
      durations_(durations),
      random_(durations.seed, 0, 0, 0, StreamPurpose::test),
      worker_free_at_(std::max<std::size_t>(workers, 1), 0) {}

void InlineExecutor::submit(Task task) {
    const auto worker = std::min_element(worker_free_at_.begin(), worker_free_at_.end());
    const auto spread = static_cast<std::uint64_t>(durations_.maximum - durations_.minimum);
    const Nanoseconds duration = durations_.minimum + static_cast<Nanoseconds>(random_.below(spread + 1));
    const Nanoseconds end = std::max(*worker, clock_.now()) + duration;
    *worker = end;
    task.work();
    completions_.emplace(std::pair{end, submitted_++}, std::move(task.complete));
}

std::size_t InlineExecutor::poll(Nanoseconds now) {
    std::size_t count = 0;
    while (!completions_.empty() && completions_.begin()->first.first <= now) {
        const auto complete = std::move(completions_.begin()->second);
        completions_.erase(completions_.begin());
        complete();
        ++count;
    }
    return count;
}

Nanoseconds InlineExecutor::next_completion() const {
    return completions_.empty() ? std::numeric_limits<Nanoseconds>::max() : completions_.begin()->first.first;
}

}  // namespace atl::engine
