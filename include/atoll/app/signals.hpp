// SPDX-License-Identifier: Apache-2.0
// Signals that ask a run to stop, taken up by the loop instead of by handlers.
#pragma once

#include <csignal>
#include <functional>
#include <string>

#include "atoll/engine/source.hpp"

namespace atl::app {

/// Blocks SIGINT, SIGTERM, SIGUSR1 and SIGUSR2 in this thread and those it starts later, and restores the mask at the
/// end. Make it before MPI and any thread start.
class SignalMask {
public:
    SignalMask();
    ~SignalMask();
    SignalMask(const SignalMask&) = delete;
    SignalMask& operator=(const SignalMask&) = delete;

private:
    sigset_t previous_{};
};

/// Calls back with the signal's name ("SIGINT") from within the loop. Needs a live SignalMask.
class SignalSource final : public engine::Source {
public:
    explicit SignalSource(std::function<void(const std::string&)> callback);
    ~SignalSource() override;
    SignalSource(const SignalSource&) = delete;
    SignalSource& operator=(const SignalSource&) = delete;

    void poll(Nanoseconds now) override;
    int descriptor() const override { return descriptor_; }

private:
    std::function<void(const std::string&)> callback_;
    int descriptor_ = -1;
};

}  // namespace atl::app
