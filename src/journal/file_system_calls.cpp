// SPDX-License-Identifier: Apache-2.0
// The real system calls.
#include "atoll/journal/file_system_calls.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>

namespace atl::journal {

int FileSystemCalls::open(const char* path, int flags, mode_t mode) { return ::open(path, flags, mode); }
ssize_t FileSystemCalls::write(int descriptor, const void* bytes, std::size_t count) {
    return ::write(descriptor, bytes, count);
}
int FileSystemCalls::fdatasync(int descriptor) { return ::fdatasync(descriptor); }
int FileSystemCalls::fsync(int descriptor) { return ::fsync(descriptor); }
int FileSystemCalls::ftruncate(int descriptor, off_t length) { return ::ftruncate(descriptor, length); }
int FileSystemCalls::close(int descriptor) { return ::close(descriptor); }
int FileSystemCalls::rename(const char* from, const char* to) { return ::rename(from, to); }
int FileSystemCalls::unlink(const char* path) { return ::unlink(path); }
int FileSystemCalls::access(const char* path, int mode) { return ::access(path, mode); }
int FileSystemCalls::posix_fallocate(int descriptor, off_t offset, off_t length) {
    return ::posix_fallocate(descriptor, offset, length);
}

FileSystemCalls& real_file_system() {
    static FileSystemCalls calls;
    return calls;
}

}  // namespace atl::journal
