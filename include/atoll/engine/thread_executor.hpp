// SPDX-License-Identifier: Apache-2.0
// Worker threads fed by one queue; completions come back to the loop through an eventfd.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

#include "atoll/engine/executor.hpp"

namespace atl::engine {

/// Invariant: of every submitted task either `cancelled` runs, or `work` exactly once on a worker and `complete`
/// exactly once in poll().
class ThreadExecutor final : public Executor {
public:
    explicit ThreadExecutor(std::size_t workers);
    ~ThreadExecutor() override;
    ThreadExecutor(const ThreadExecutor&) = delete;
    ThreadExecutor& operator=(const ThreadExecutor&) = delete;

    void submit(Task task) override;
    std::size_t poll(Nanoseconds now) override;
    void cancel_queued() override;
    std::size_t workers() const override { return threads_.size(); }
    int descriptor() const override { return wake_descriptor_; }

private:
    void work();

    std::mutex mutex_;
    std::condition_variable work_available_;
    std::deque<Task> queued_;
    std::vector<std::function<void()>> completions_;
    bool stopping_ = false;
    int wake_descriptor_ = -1;
    std::vector<std::thread> threads_;
};

}  // namespace atl::engine
