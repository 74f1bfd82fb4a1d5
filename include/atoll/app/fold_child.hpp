// SPDX-License-Identifier: Apache-2.0
// Folds the archive in a niced child of its own program, so that the loop never waits for HDF5.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <thread>

#include "atoll/app/run_directory.hpp"
#include "atoll/engine/source.hpp"

namespace atl::app {

/// How often a run is folded while it goes on.
struct FoldPace {
    Nanoseconds first = 1 * nanoseconds_per_second;      ///< after the loop began; there is an archive from before
    Nanoseconds shortest = 10 * nanoseconds_per_second;  ///< from the beginning of one fold to that of the next
    double share = 0.05;                                 ///< of the time, at most, that a fold is at work
    std::string program = "/proc/self/exe";              ///< what is asked to `archive fold RUN --background`
};

/// At most one child at a time. A fold is due when the journals hold a quarter more records than at the last one; when
/// it may begin, the pace says.
class FoldChild final : public engine::Source {
public:
    explicit FoldChild(RunDirectory run, FoldPace pace = {}) : run_(std::move(run)), pace_(std::move(pace)) {}
    /// Waits for a child that still runs.
    ~FoldChild() override;

    /// What the journals hold now.
    void records(std::uint64_t count) { records_ = count; }
    /// Starts a fold that is due, takes leave of one that has ended.
    void poll(Nanoseconds now) override;
    Nanoseconds wake_at() const override;

    /// Folds now and waits; false when the child failed (its words are in RUN/log/fold.log).
    bool fold_and_wait();

private:
    bool is_due() const;
    bool at_work() const { return thread_.joinable(); }
    void start();
    bool run_child() const;
    void wait();

    RunDirectory run_;
    FoldPace pace_;
    /// Starts the child and waits for it: even a spawn takes milliseconds on a busy machine. It lives as long as the
    /// child, which asks the system to be ended with the thread that made it.
    std::thread thread_;
    std::atomic<bool> has_ended_ = false;
    std::uint64_t folded_records_ = 0;
    std::uint64_t records_ = 0;
    std::optional<Nanoseconds> not_before_;  ///< set by the first poll
    Nanoseconds began_at_ = 0;
};

}  // namespace atl::app
