// SPDX-License-Identifier: Apache-2.0
// Folds the archive in a niced child of its own program, so that the loop never waits for HDF5.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>

#include "atoll/app/run_directory.hpp"
#include "atoll/engine/source.hpp"

namespace atl::app {

/// At most one child at a time. A fold is due when the journals hold a quarter more records than at the last one.
class FoldChild final : public engine::Source {
public:
    explicit FoldChild(RunDirectory run) : run_(std::move(run)) {}
    /// Waits for a child that still runs.
    ~FoldChild() override;

    /// What the journals hold now; starts a fold when one is due.
    void records(std::uint64_t count);
    void poll(Nanoseconds now) override;

    /// Folds now and waits; false when the child failed (its words are in RUN/log/fold.log).
    bool fold_and_wait();

private:
    void start();
    bool wait();

    RunDirectory run_;
    pid_t child_ = -1;
    std::uint64_t folded_records_ = 0;
    std::uint64_t records_ = 0;
};

}  // namespace atl::app
