// SPDX-License-Identifier: Apache-2.0
// A nursery as the warden holds it: the process that makes keepers, native or the warm Python interpreter.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

#include "sandbox/cell/cell.hpp"

namespace atl::sandbox {

/// Invariant: at most one child process, which ends with this object.
class NurseryProcess {
public:
    /// `interpreter` empty: native. Nothing is waited for.
    NurseryProcess(const cell::CellConfig& config, const std::vector<std::string>& read_paths,
                   const std::string& interpreter);
    ~NurseryProcess();
    NurseryProcess(const NurseryProcess&) = delete;
    NurseryProcess& operator=(const NurseryProcess&) = delete;

    /// Throws InfrastructureError with what it said when it is not ready after that time.
    void wait_until_ready(int timeout_milliseconds);
    /// The process number of a new keeper, which is this process's child. Throws InfrastructureError.
    pid_t make_keeper(const cell::CellRequest& request, int report, int output, int bundle);

    pid_t pid() const { return pid_; }
    /// Can be read once it is ready, or has ended.
    int channel() const { return channel_; }

private:
    std::string last_words() const;
    std::int32_t receive(int timeout_milliseconds);

    pid_t pid_ = -1;
    int channel_ = -1;
    int log_ = -1;
    bool ready_ = false;
};

}  // namespace atl::sandbox
