// SPDX-License-Identifier: Apache-2.0
// Passes on what a launcher writes, turns signals into RUN/stop, and ends what does not end by itself.
#include "launcher_watch.hpp"

#include <poll.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <thread>

#include "atoll/app/lease.hpp"
#include "atoll/app/run_files.hpp"
#include "atoll/app/stop_file.hpp"
#include "atoll/core/error.hpp"

namespace atl::app {

namespace {

constexpr Nanoseconds look_interval = from_seconds(0.2);
constexpr Nanoseconds drain_grace = from_seconds(20);     ///< from the request to stop to SIGTERM for the launcher
constexpr Nanoseconds kill_grace = from_seconds(5);       ///< from there to SIGKILL
constexpr Nanoseconds failure_grace = from_seconds(3);    ///< from an outcome that says "failed" to SIGTERM
constexpr Nanoseconds status_silence = from_seconds(10);  ///< status.json is written each second

/// True when `descriptor`, or one of the others, has something to read within `duration`.
bool wait_for(int descriptor, const LauncherProcess* process, Nanoseconds duration) {
    std::array<pollfd, 3> watched{{{descriptor, POLLIN, 0}, {-1, POLLIN, 0}, {-1, POLLIN, 0}}};
    if (process != nullptr) {
        watched[1].fd = process->errors();
        watched[2].fd = process->output();
    }
    return poll(watched.data(), watched.size(), static_cast<int>(duration / 1'000'000)) > 0;
}

/// Reads what is there. False at its end.
template <typename Take>
bool read_all(int descriptor, const Take& take) {
    std::array<char, 1 << 16> piece{};
    ssize_t length = 0;
    while ((length = read(descriptor, piece.data(), piece.size())) > 0) {
        take(std::string_view(piece.data(), static_cast<std::size_t>(length)));
    }
    return length != 0;
}

}  // namespace

WatchedSignals::WatchedSignals() {
    sigset_t set;
    sigemptyset(&set);
    for (const int signal : {SIGINT, SIGTERM, SIGUSR1, SIGUSR2, SIGCHLD}) sigaddset(&set, signal);
    pthread_sigmask(SIG_BLOCK, &set, &previous_);
    descriptor_ = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (descriptor_ < 0) throw InfrastructureError(std::string("signalfd: ") + std::strerror(errno));
}

WatchedSignals::~WatchedSignals() {
    close(descriptor_);
    pthread_sigmask(SIG_SETMASK, &previous_, nullptr);
}

std::vector<std::string> WatchedSignals::take() const {
    std::vector<std::string> names;
    signalfd_siginfo info{};
    while (read(descriptor_, &info, sizeof info) == static_cast<ssize_t>(sizeof info)) {
        if (info.ssi_signo != SIGCHLD) names.push_back(signal_name(static_cast<int>(info.ssi_signo)));
    }
    return names;
}

Ending LauncherWatch::watch(const std::vector<std::string>& words, bool keep_output) {
    outcome_before_ = identity_of(run_.outcome());
    status_before_ = status_seen_ = identity_of(run_.status());
    Ending ending;
    LossWitness witness;
    LauncherProcess process(words, keep_output);
    std::optional<Nanoseconds> failed_at;
    std::optional<Nanoseconds> terminated_at;
    bool writes = true;
    const auto relay = [&] {
        writes = read_all(process.errors(), [&](std::string_view text) {
            std::fwrite(text.data(), 1, text.size(), stderr);
            witness.read(text);
        });
        if (keep_output && !read_all(process.output(), [&](std::string_view text) { ending.output += text; })) {
            writes = false;
        }
    };
    while (!process.status()) {
        // NOTE: a pipe that has ended is always ready, so it is not waited for.
        wait_for(signals_.descriptor(), writes ? &process : nullptr, look_interval);
        relay();
        take_signals();
        const Nanoseconds now = clock_.now();
        if (asked_to_stop()) pass_on_request();
        if (!failed_at && has_failed()) failed_at = now;
        const bool drained_in_vain = asked_to_stop() && (requests_ > 1 || now - asked_at_ > drain_grace);
        const bool failed_in_vain = failed_at && now - *failed_at > failure_grace;
        if (!terminated_at && has_vanished(now)) ending.hung = true;
        if ((drained_in_vain || failed_in_vain || ending.hung) && !terminated_at) {
            process.send(SIGTERM);
            terminated_at = now;
        }
        if (terminated_at && now - *terminated_at > kill_grace) process.kill_all();
    }
    process.kill_all();
    relay();
    ending.status = *process.status();
    ending.loss = witness.loss();
    if (has_outcome()) ending.outcome = read_outcome(run_);
    clear_stop_request(run_);
    return ending;
}

bool LauncherWatch::stopped_within(Nanoseconds duration) {
    const Nanoseconds deadline = clock_.now() + duration;
    take_signals();
    while (!asked_to_stop() && clock_.now() < deadline) {
        wait_for(signals_.descriptor(), nullptr, deadline - clock_.now());
        take_signals();
    }
    return asked_to_stop();
}

LauncherWatch::FileIdentity LauncherWatch::identity_of(const std::filesystem::path& path) {
    struct stat status {};
    if (stat(path.c_str(), &status) != 0) return {};
    return {static_cast<std::int64_t>(status.st_ino), status.st_mtim.tv_sec, status.st_mtim.tv_nsec};
}

void LauncherWatch::take_signals() {
    for (const std::string& name : signals_.take()) {
        if (requests_++ > 0) continue;
        asked_at_ = clock_.now();
        request_ = name;
        std::fprintf(stderr, "atoll: %s: asking the run to stop; a second signal ends it at once\n", name.c_str());
    }
}

/// Again and again: a run that begins removes the request that an earlier one may have left.
void LauncherWatch::pass_on_request() const {
    std::error_code ignored;
    if (has_outcome() || std::filesystem::exists(run_.stop(), ignored)) return;
    if (!std::filesystem::exists(run_.root, ignored)) return;
    try {
        ask_to_stop(run_, request_);
    } catch (const Error&) {
        // Where it can not be written, the launcher is ended after the grace.
    }
}

bool LauncherWatch::has_outcome() const {
    const FileIdentity now = identity_of(run_.outcome());
    return now != FileIdentity{} && now != outcome_before_;
}

bool LauncherWatch::has_failed() const {
    const auto outcome = has_outcome() ? read_outcome(run_) : std::nullopt;
    return outcome && (*outcome)["exit_code"].as_integer() == static_cast<int>(ExitCode::infrastructure);
}

bool LauncherWatch::has_vanished(Nanoseconds now) {
    const FileIdentity seen = identity_of(run_.status());
    if (seen != status_seen_) {
        status_seen_ = seen;
        status_changed_at_ = now;
    }
    // NOTE: the lease is asked for last: to ask is to touch the lock, which a run that begins must find free.
    return seen != status_before_ && now - status_changed_at_ > status_silence && !is_held(run_);
}

}  // namespace atl::app
