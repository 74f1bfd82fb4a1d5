// SPDX-License-Identifier: Apache-2.0
// A file system that records its calls and lets chosen ones fail.
#pragma once

#include <cerrno>
#include <cstring>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "atoll/journal/file_system_calls.hpp"

namespace atl::testing {

/// Each call is logged by name before it is made. `fail_call`, by default never, says by name and count (from 1, of
/// that name) whether it fails and with which errno. `room_bytes` is how much may be written to files of the journal in
/// all: the write that passes it is cut short, the next fails with ENOSPC, as a full disk does.
class FailingFileSystem : public journal::FileSystemCalls {
public:
    std::function<int(const std::string& call, int count)> fail_call;
    std::size_t room_bytes = static_cast<std::size_t>(-1);

    std::vector<std::string> log() const {
        const std::lock_guard lock(mutex_);
        return log_;
    }
    int count(const std::string& call) const {
        int found = 0;
        for (const std::string& each : log()) found += each == call ? 1 : 0;
        return found;
    }

    int open(const char* path, int flags, mode_t mode) override {
        const std::string name = std::strstr(path, "acknowledged") != nullptr ? "open log" : "open";
        if (fails(name)) return -1;
        const int descriptor = FileSystemCalls::open(path, flags, mode);
        if (name == "open log") log_descriptor_ = descriptor;
        return descriptor;
    }
    ssize_t write(int descriptor, const void* bytes, std::size_t count) override {
        const bool to_log = descriptor == log_descriptor_;
        if (fails(to_log ? "write log" : "write")) return -1;
        if (!to_log && count > room_bytes) {
            if (room_bytes == 0) {
                errno = ENOSPC;
                return -1;
            }
            count = room_bytes;
        }
        if (!to_log) room_bytes -= count;
        return FileSystemCalls::write(descriptor, bytes, count);
    }
    int fdatasync(int descriptor) override { return fails("fdatasync") ? -1 : FileSystemCalls::fdatasync(descriptor); }
    int fsync(int descriptor) override { return fails("fsync") ? -1 : FileSystemCalls::fsync(descriptor); }
    int ftruncate(int descriptor, off_t length) override {
        return fails("ftruncate") ? -1 : FileSystemCalls::ftruncate(descriptor, length);
    }
    int rename(const char* from, const char* to) override {
        return fails("rename") ? -1 : FileSystemCalls::rename(from, to);
    }

private:
    bool fails(const std::string& call) {
        int seen = 0;
        {
            const std::lock_guard lock(mutex_);
            log_.push_back(call);
            for (const std::string& each : log_) seen += each == call ? 1 : 0;
        }
        // Outside the lock: a test may hold the call up here and look at the log meanwhile.
        const int error = fail_call ? fail_call(call, seen) : 0;
        if (error != 0) errno = error;
        return error != 0;
    }

    mutable std::mutex mutex_;
    std::vector<std::string> log_;
    int log_descriptor_ = -2;
};

}  // namespace atl::testing
