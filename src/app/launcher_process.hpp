// SPDX-License-Identifier: Apache-2.0
// A launcher as a child process, and all that it started on this host: private to the supervisor.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

namespace atl::app {

/// Invariant: when the object is gone, so is every process that came from it, whatever session or group it moved to
/// (this process is their reaper). One at a time; there must be no other children of this process.
class LauncherProcess {
public:
    /// Starts it in a process group of its own, which gets SIGTERM should this process die, without the signals that
    /// this one holds back. `keep_output`: standard output comes to output(). Throws InputError when there is no such
    /// program.
    LauncherProcess(const std::vector<std::string>& words, bool keep_output);
    ~LauncherProcess();
    LauncherProcess(const LauncherProcess&) = delete;
    LauncherProcess& operator=(const LauncherProcess&) = delete;

    /// Non-blocking read ends; output() is -1 unless kept.
    int errors() const { return errors_; }
    int output() const { return output_; }

    /// As waitpid gives it, once it has ended; reaps what else has ended.
    std::optional<int> status();
    /// To its process group.
    void send(int signal) const;
    /// SIGKILL to the launcher and everything below it, until nothing is left or 5 s have passed.
    void kill_all();

private:
    pid_t launcher_ = -1;
    std::optional<int> status_;
    bool children_left_ = true;
    int errors_ = -1;
    int output_ = -1;
};

}  // namespace atl::app
