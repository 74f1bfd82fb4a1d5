// SPDX-License-Identifier: Apache-2.0
// Signals by signalfd.
#include "atoll/app/signals.hpp"

#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "atoll/core/error.hpp"

namespace atl::app {

namespace {

sigset_t stop_signals() {
    sigset_t set;
    sigemptyset(&set);
    for (const int signal : {SIGINT, SIGTERM, SIGUSR1, SIGUSR2}) sigaddset(&set, signal);
    return set;
}

}  // namespace

SignalMask::SignalMask() {
    const sigset_t set = stop_signals();
    pthread_sigmask(SIG_BLOCK, &set, &previous_);
}

SignalMask::~SignalMask() { pthread_sigmask(SIG_SETMASK, &previous_, nullptr); }

SignalSource::SignalSource(std::function<void(const std::string&)> callback) : callback_(std::move(callback)) {
    const sigset_t set = stop_signals();
    descriptor_ = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (descriptor_ < 0) throw InfrastructureError(std::string("signalfd: ") + std::strerror(errno));
}

SignalSource::~SignalSource() { close(descriptor_); }

void SignalSource::poll(Nanoseconds /*now*/) {
    signalfd_siginfo info{};
    while (read(descriptor_, &info, sizeof info) == static_cast<ssize_t>(sizeof info)) {
        const char* name = sigabbrev_np(static_cast<int>(info.ssi_signo));
        callback_(name != nullptr ? std::string("SIG") + name : "a signal");
    }
}

}  // namespace atl::app
