// SPDX-License-Identifier: Apache-2.0
// Allocates and gives back the reserve of one rank.
#include "journal/reserve.hpp"

#include <fcntl.h>
#include <fmt/format.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "atoll/core/error.hpp"
#include "journal/segment.hpp"

namespace atl::journal {

Reserve::Reserve(FileSystemCalls& calls, std::filesystem::path path, std::uint64_t bytes)
    : path_(std::move(path)), calls_(calls) {
    if (bytes == 0) return;
    std::error_code ignored;  // a folder that can not be made is the segment's to complain about
    std::filesystem::create_directories(path_.parent_path(), ignored);
    const int descriptor = calls_.open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    CallFailure failure{descriptor < 0 ? errno : 0, "open"};
    if (descriptor >= 0) {
        held_ = true;
        do {
            failure = {calls_.posix_fallocate(descriptor, 0, static_cast<off_t>(bytes)), "posix_fallocate"};
        } while (failure.error == EINTR);
        calls_.close(descriptor);
        if (failure.error != 0) release();
    }
    if (is_want_of_space(failure) || failure.error == EFBIG) {
        throw InfrastructureError(
            fmt::format("no room for the {} bytes kept for a run's last records: {}; {}, or choose another "
                        "journal.reserve (0: none), then start again",
                        bytes, describe(failure, path_), remedy(failure)));
    }
}

Reserve::~Reserve() { release(); }

void Reserve::release() {
    if (held_) (void)calls_.unlink(path_.c_str());
    held_ = false;
}

}  // namespace atl::journal
