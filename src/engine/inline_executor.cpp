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
    const Nanoseconds begins = std::max(*worker, clock_.now());
    *worker = begins + duration;
    running_.emplace(std::pair{*worker, submitted_++}, Running{begins, std::move(task)});
}

std::size_t InlineExecutor::poll(Nanoseconds now) {
    std::size_t count = 0;
    while (!running_.empty() && running_.begin()->first.first <= now) {
        const Task task = std::move(running_.begin()->second.task);
        running_.erase(running_.begin());
        task.work();
        task.complete();
        ++count;
    }
    return count;
}

void InlineExecutor::cancel_queued() {
    std::vector<Task> taken_back;
    for (auto each = running_.begin(); each != running_.end();) {
        if (each->second.begins > clock_.now() && each->second.task.cancelled) {
            taken_back.push_back(std::move(each->second.task));
            each = running_.erase(each);
        } else {
            ++each;
        }
    }
    for (const Task& task : taken_back) task.cancelled();
}

Nanoseconds InlineExecutor::next_completion() const {
    return running_.empty() ? std::numeric_limits<Nanoseconds>::max() : running_.begin()->first.first;
}

}  // namespace atl::engine
