// SPDX-License-Identifier: Apache-2.0
// Whole files by system calls, so that the reason of a failure is known exactly.
#include "atoll/core/file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <system_error>

#include "atoll/core/error.hpp"

namespace atl {
namespace {

std::string errno_text(int error) { return std::generic_category().message(error); }

/// Owns one file descriptor.
class Descriptor {
public:
    explicit Descriptor(int number) : number_(number) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() {
        if (number_ >= 0) ::close(number_);
    }
    int number() const { return number_; }

private:
    int number_;
};

int open_retrying(const std::filesystem::path& path, int flags, mode_t mode = 0) {
    int number = -1;
    do {
        number = ::open(path.c_str(), flags | O_CLOEXEC, mode);
    } while (number < 0 && errno == EINTR);
    return number;
}

/// Zero, or the errno of the first write that failed.
int write_all(int descriptor, std::string_view content) {
    while (!content.empty()) {
        const ssize_t written = ::write(descriptor, content.data(), content.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return errno;
        content.remove_prefix(static_cast<std::size_t>(written));
    }
    return 0;
}

int write_and_sync(int descriptor, std::string_view content) {
    if (const int error = write_all(descriptor, content); error != 0) return error;
    return ::fsync(descriptor) == 0 ? 0 : errno;
}

void sync_folder(const std::filesystem::path& folder) {
    const Descriptor opened(open_retrying(folder, O_RDONLY | O_DIRECTORY));
    // EINVAL: some network file systems cannot sync a folder, and nothing can be done about it
    if (opened.number() < 0 || (::fsync(opened.number()) != 0 && errno != EINVAL)) {
        throw InfrastructureError(fmt::format("{}: cannot sync the folder: {}", folder.string(), errno_text(errno)));
    }
}

}  // namespace

std::string read_text_file(const std::filesystem::path& path, std::uint64_t maximum_bytes) {
    // O_NONBLOCK: a FIFO without a writer must not hang the open
    const Descriptor opened(open_retrying(path, O_RDONLY | O_NONBLOCK));
    if (opened.number() < 0) {
        const int error = errno;
        if (error == ENOENT) throw InputError(fmt::format("{}: no such file", path.string()));
        throw InputError(fmt::format("{}: cannot be read: {}", path.string(), errno_text(error)));
    }
    struct stat status {};
    if (::fstat(opened.number(), &status) != 0) {
        throw InputError(fmt::format("{}: cannot be read: {}", path.string(), errno_text(errno)));
    }
    if (S_ISDIR(status.st_mode)) throw InputError(fmt::format("{}: is a folder, not a file", path.string()));
    if (!S_ISREG(status.st_mode)) throw InputError(fmt::format("{}: is not a regular file", path.string()));

    std::string content;
    constexpr std::size_t piece_bytes = 1 << 16;
    for (;;) {
        // the size is counted while reading: the file may grow, and files of /proc say 0
        const std::size_t before = content.size();
        content.resize(before + piece_bytes);
        const ssize_t got = ::read(opened.number(), content.data() + before, piece_bytes);
        const int error = errno;
        content.resize(before + (got > 0 ? static_cast<std::size_t>(got) : 0));
        if (got < 0 && error == EINTR) continue;
        if (got < 0) throw InputError(fmt::format("{}: cannot be read: {}", path.string(), errno_text(error)));
        if (content.size() > maximum_bytes) {
            throw InputError(fmt::format("{}: larger than the {} bytes allowed here", path.string(), maximum_bytes));
        }
        if (got == 0) return content;
    }
}

void write_file_atomically(const std::filesystem::path& path, std::string_view content) {
    // one name per thread, so that two writers never share a half-written file
    const std::filesystem::path beside = fmt::format("{}.{}.tmp", path.string(), ::gettid());
    const auto fail = [&](std::string_view step, int error) {
        ::unlink(beside.c_str());
        throw InfrastructureError(fmt::format("{}: cannot {}: {}", path.string(), step, errno_text(error)));
    };
    {
        const Descriptor opened(open_retrying(beside, O_WRONLY | O_CREAT | O_TRUNC, 0644));
        if (opened.number() < 0) fail("be created", errno);
        if (const int error = write_and_sync(opened.number(), content); error != 0) fail("be written", error);
    }
    if (::rename(beside.c_str(), path.c_str()) != 0) fail("be replaced", errno);
    sync_folder(path.has_parent_path() ? path.parent_path() : std::filesystem::path("."));
}

}  // namespace atl
