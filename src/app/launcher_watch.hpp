// SPDX-License-Identifier: Apache-2.0
// One incarnation of a run as its supervisor sees it: private to the supervisor.
#pragma once

#include <array>
#include <csignal>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "atoll/app/launcher.hpp"
#include "atoll/app/run_directory.hpp"
#include "atoll/core/clock.hpp"
#include "atoll/core/json.hpp"
#include "launcher_process.hpp"

namespace atl::app {

/// The signals that ask to stop, and the end of a child, by descriptor; held back from the process while it lives.
class WatchedSignals {
public:
    WatchedSignals();
    ~WatchedSignals();
    WatchedSignals(const WatchedSignals&) = delete;
    WatchedSignals& operator=(const WatchedSignals&) = delete;

    int descriptor() const { return descriptor_; }
    /// Names of the requests to stop since the last call.
    std::vector<std::string> take() const;

private:
    sigset_t previous_{};
    int descriptor_ = -1;
};

/// How one incarnation ended.
struct Ending {
    int status = 0;               ///< the launcher's, as waitpid gives it
    std::optional<Json> outcome;  ///< outcome.json, when this incarnation wrote it
    std::string output;           ///< standard output, when it was kept
    std::optional<Loss> loss;     ///< the first that was named on standard error
    bool hung = false;            ///< the launcher did not end although its ranks were gone
};

/// Runs launchers to their end. Requests to stop are remembered from one to the next.
class LauncherWatch {
public:
    explicit LauncherWatch(const RunDirectory& run) : run_(run) {}

    /// Returns when the launcher has ended and nothing of it is left on this host.
    Ending watch(const std::vector<std::string>& words, bool keep_output);
    /// True when asked to stop before or during the wait.
    bool stopped_within(Nanoseconds duration);
    bool asked_to_stop() const { return requests_ > 0; }

private:
    /// Tells one writing of a file from the next.
    using FileIdentity = std::array<std::int64_t, 3>;
    static FileIdentity identity_of(const std::filesystem::path& path);

    void take_signals();
    void pass_on_request() const;
    /// This incarnation has written its outcome.
    bool has_outcome() const;
    bool has_failed() const;
    /// Rank 0 was there and is not any more: status.json stands still and nobody holds the lease.
    bool has_vanished(Nanoseconds now);

    RunDirectory run_;
    MonotonicClock clock_;
    WatchedSignals signals_;
    std::size_t requests_ = 0;
    std::string request_;  ///< the first signal's name
    Nanoseconds asked_at_ = 0;
    FileIdentity outcome_before_{};
    FileIdentity status_before_{};
    FileIdentity status_seen_{};
    Nanoseconds status_changed_at_ = 0;
};

}  // namespace atl::app
