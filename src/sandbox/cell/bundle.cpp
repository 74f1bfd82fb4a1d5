// SPDX-License-Identifier: Apache-2.0
// Unpacks an evaluation's files into its scratch folder.
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "sandbox/cell/cell.hpp"

namespace atl::sandbox::cell {
namespace {

bool take(const char*& at, const char* end, void* value, std::size_t size) {
    if (static_cast<std::size_t>(end - at) < size) return false;
    std::memcpy(value, at, size);
    at += size;
    return true;
}

int write_file(const char* name, const char* bytes, std::uint64_t size, mode_t mode, uid_t uid, gid_t gid) {
    const int file = open(name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (file < 0) return errno;
    int error = 0;
    while (size > 0 && error == 0) {
        const ssize_t written = write(file, bytes, size);
        if (written < 0) {
            if (errno != EINTR) error = errno;
            continue;
        }
        bytes += written;
        size -= static_cast<std::uint64_t>(written);
    }
    if (error == 0 && fchown(file, uid, gid) != 0) error = errno;
    if (error == 0 && fchmod(file, mode) != 0) error = errno;
    close(file);
    return error;
}

int unpack(const char* at, const char* end, std::uint32_t uid, std::uint32_t gid) {
    std::uint32_t count = 0;
    if (!take(at, end, &count, sizeof count)) return EBADMSG;
    for (std::uint32_t i = 0; i < count; ++i) {
        std::uint32_t name_bytes = 0, executable = 0;
        std::uint64_t size = 0;
        char name[128];
        if (!take(at, end, &name_bytes, sizeof name_bytes) || !take(at, end, &executable, sizeof executable) ||
            !take(at, end, &size, sizeof size) || name_bytes == 0 || name_bytes >= sizeof name ||
            !take(at, end, name, name_bytes) || size > static_cast<std::uint64_t>(end - at)) {
            return EBADMSG;
        }
        name[name_bytes] = '\0';
        if (std::strchr(name, '/') != nullptr || name[0] == '.') return EBADMSG;
        if (const int error = write_file(name, at, size, executable != 0 ? 0700 : 0600, uid, gid)) return error;
        at += size;
    }
    return 0;
}

}  // namespace

int unpack_bundle(int bundle, std::uint32_t uid, std::uint32_t gid) {
    struct stat status {};
    if (fstat(bundle, &status) != 0) return errno;
    const auto size = static_cast<std::size_t>(status.st_size);
    if (size == 0) return EBADMSG;
    void* const bytes = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, bundle, 0);
    if (bytes == MAP_FAILED) return errno;
    const char* const begin = static_cast<const char*>(bytes);
    const int error = unpack(begin, begin + size, uid, gid);
    munmap(bytes, size);
    return error;
}

}  // namespace atl::sandbox::cell
