// SPDX-License-Identifier: Apache-2.0
// Worker threads: one mutex for the queue and the completions, one wake-up a batch of completions.
#include "atoll/engine/thread_executor.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "atoll/core/error.hpp"

namespace atl::engine {

ThreadExecutor::ThreadExecutor(std::size_t workers) {
    wake_descriptor_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (wake_descriptor_ < 0) throw InfrastructureError(std::string("eventfd: ") + std::strerror(errno));
    threads_.reserve(workers);
    for (std::size_t i = 0; i < workers; ++i) threads_.emplace_back([this] { work(); });
}

ThreadExecutor::~ThreadExecutor() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
        queued_.clear();
    }
    work_available_.notify_all();
    for (std::thread& thread : threads_) thread.join();
    close(wake_descriptor_);
}

void ThreadExecutor::submit(Task task) {
    {
        const std::lock_guard lock(mutex_);
        queued_.push_back(std::move(task));
    }
    work_available_.notify_one();
}

std::size_t ThreadExecutor::poll(Nanoseconds /*now*/) {
    std::vector<std::function<void()>> due;
    {
        const std::lock_guard lock(mutex_);
        if (completions_.empty()) return 0;
        // NOTE: read under the lock that the writer holds: otherwise the wake-up of a completion that comes between
        // read and swap would be taken back, and nobody would wake for it.
        std::uint64_t ignored = 0;
        while (read(wake_descriptor_, &ignored, sizeof ignored) < 0 && errno == EINTR) {
        }
        due.swap(completions_);
    }
    for (const auto& complete : due) complete();
    return due.size();
}

void ThreadExecutor::cancel_queued() {
    std::vector<std::function<void()>> taken_back;
    {
        const std::lock_guard lock(mutex_);
        std::erase_if(queued_, [&taken_back](Task& task) {
            if (!task.cancelled) return false;
            taken_back.push_back(std::move(task.cancelled));
            return true;
        });
    }
    for (const auto& cancelled : taken_back) cancelled();
}

void ThreadExecutor::work() {
    std::unique_lock lock(mutex_);
    while (true) {
        work_available_.wait(lock, [this] { return stopping_ || !queued_.empty(); });
        if (stopping_) return;
        Task task = std::move(queued_.front());
        queued_.pop_front();
        lock.unlock();
        task.work();
        task.work = nullptr;
        lock.lock();
        const bool was_empty = completions_.empty();
        completions_.push_back(std::move(task.complete));
        if (was_empty) {
            const std::uint64_t one = 1;
            while (write(wake_descriptor_, &one, sizeof one) < 0 && errno == EINTR) {
            }
        }
    }
}

}  // namespace atl::engine
