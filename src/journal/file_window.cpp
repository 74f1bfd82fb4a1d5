// SPDX-License-Identifier: Apache-2.0
// Filling the window.
#include "journal/file_window.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "atoll/core/error.hpp"

namespace atl::journal {
namespace {

constexpr std::size_t window_bytes = std::size_t{1} * 1024 * 1024;

[[noreturn]] void fail(const char* call, const std::filesystem::path& path, int error) {
    throw InfrastructureError(fmt::format("cannot {} {}: {}; check the file's permissions and the file system", call,
                                          path.string(), std::generic_category().message(error)));
}

}  // namespace

FileWindow::FileWindow(const std::filesystem::path& path, std::uint64_t limit) : path_(path) {
    descriptor_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor_ < 0) fail("open", path, errno);
    struct stat status {};
    if (::fstat(descriptor_, &status) != 0) {
        const int error = errno;
        ::close(descriptor_);
        fail("stat", path, error);
    }
    size_ = std::min(limit, static_cast<std::uint64_t>(status.st_size));
}

FileWindow::~FileWindow() { ::close(descriptor_); }

void FileWindow::load(std::uint64_t offset, std::size_t length) {
    const std::uint64_t available = offset < size_ ? size_ - offset : 0;
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(std::max(length, window_bytes), available));
    buffer_.resize(wanted);
    std::size_t done = 0;
    while (done < wanted) {
        const ssize_t count =
            ::pread(descriptor_, buffer_.data() + done, wanted - done, static_cast<off_t>(offset + done));
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) fail("read", path_, errno);
        if (count == 0) break;  // cut while we read: what is gone was never acknowledged
        done += static_cast<std::size_t>(count);
    }
    buffer_.resize(done);
    begin_ = offset;
}

}  // namespace atl::journal
