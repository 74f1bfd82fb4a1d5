// SPDX-License-Identifier: Apache-2.0
// The system calls that make data durable, behind a seam so that tests can let any one of them fail.
#pragma once

#include <sys/types.h>

#include <cstddef>

namespace atl::journal {

/// Each behaves like the call of its name: -1 and errno on failure. The default implementation is the real system.
class FileSystemCalls {
public:
    virtual ~FileSystemCalls() = default;
    virtual int open(const char* path, int flags, mode_t mode);
    virtual ssize_t write(int descriptor, const void* bytes, std::size_t count);
    virtual int fdatasync(int descriptor);
    virtual int fsync(int descriptor);
    virtual int ftruncate(int descriptor, off_t length);
    virtual int close(int descriptor);
    virtual int rename(const char* from, const char* to);
    virtual int unlink(const char* path);
    virtual int access(const char* path, int mode);
    /// As the system's, this one returns the error instead of setting errno.
    virtual int posix_fallocate(int descriptor, off_t offset, off_t length);
};

/// The real system; lives as long as the process.
FileSystemCalls& real_file_system();

}  // namespace atl::journal
