// SPDX-License-Identifier: Apache-2.0
// A file system that records its calls and lets chosen ones fail.
#pragma once

#include <sys/stat.h>

#include <atomic>
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
/// all: the write that passes it is cut short, the next fails with ENOSPC, as a full disk does. What is cut off or
/// unlinked (a reserve) gives room back.
class FailingFileSystem : public journal::FileSystemCalls {
public:
    std::function<int(const std::string& call, int count)> fail_call;
    std::atomic<std::size_t> room_bytes = static_cast<std::size_t>(-1) / 2;
    std::atomic<std::size_t> log_room_bytes = static_cast<std::size_t>(-1) / 2;  ///< of the acknowledgement log

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
        std::atomic<std::size_t>& left = to_log ? log_room_bytes : room_bytes;
        const std::size_t room = left;
        if (count > room) {
            if (room == 0) {
                errno = ENOSPC;
                return -1;
            }
            count = room;
        }
        left -= count;
        return FileSystemCalls::write(descriptor, bytes, count);
    }
    int fdatasync(int descriptor) override { return fails("fdatasync") ? -1 : FileSystemCalls::fdatasync(descriptor); }
    int fsync(int descriptor) override { return fails("fsync") ? -1 : FileSystemCalls::fsync(descriptor); }
    int ftruncate(int descriptor, off_t length) override {
        if (fails("ftruncate")) return -1;
        struct stat status {};
        if (::fstat(descriptor, &status) == 0) {
            const auto freed = static_cast<std::size_t>(status.st_size - length);
            (descriptor == log_descriptor_ ? log_room_bytes : room_bytes) += freed;
        }
        return FileSystemCalls::ftruncate(descriptor, length);
    }
    int rename(const char* from, const char* to) override {
        return fails("rename") ? -1 : FileSystemCalls::rename(from, to);
    }
    int unlink(const char* path) override {
        if (fails("unlink")) return -1;
        room_bytes += reserved_bytes_.exchange(0);
        return FileSystemCalls::unlink(path);
    }
    int access(const char* path, int mode) override {
        return fails("access") ? -1 : FileSystemCalls::access(path, mode);
    }
    int posix_fallocate(int descriptor, off_t offset, off_t length) override {
        if (fails("posix_fallocate")) return errno;
        if (static_cast<std::size_t>(length) > room_bytes) return ENOSPC;
        room_bytes -= static_cast<std::size_t>(length);
        reserved_bytes_ = static_cast<std::size_t>(length);
        return FileSystemCalls::posix_fallocate(descriptor, offset, length);
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
    std::atomic<std::size_t> reserved_bytes_ = 0;
};

}  // namespace atl::testing
