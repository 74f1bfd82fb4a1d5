// SPDX-License-Identifier: Apache-2.0
// Appends whole batches of lines, also on a disk that fills up in the middle of one.
#include "journal/acknowledgement_log.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "atoll/core/error.hpp"

namespace atl::journal {
namespace {

/// Takes the last `written` bytes back, when they are still the end of the file: half a line would be another key.
bool take_back(FileSystemCalls& calls, int descriptor, std::size_t written) {
    const off_t end = ::lseek(descriptor, 0, SEEK_CUR);
    struct stat status {};
    if (end < static_cast<off_t>(written) || ::fstat(descriptor, &status) != 0 || status.st_size != end) return false;
    return calls.ftruncate(descriptor, end - static_cast<off_t>(written)) == 0;
}

}  // namespace

AcknowledgementLog::AcknowledgementLog(FileSystemCalls& calls, std::filesystem::path path)
    : path_(std::move(path)), calls_(calls) {
    if (path_.empty()) return;
    descriptor_ = calls_.open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (descriptor_ < 0) {
        const CallFailure failure{errno, "open"};
        throw InfrastructureError(
            fmt::format("cannot open the acknowledgement log: {}; {} or choose another "
                        "journal.acknowledgement_log",
                        describe(failure, path_), remedy(failure)));
    }
}

AcknowledgementLog::~AcknowledgementLog() {
    if (descriptor_ >= 0) calls_.close(descriptor_);
}

std::optional<CallFailure> AcknowledgementLog::append(std::string& lines) {
    const std::size_t written = write_all(calls_, descriptor_, lines);
    if (written == lines.size()) {
        lines.clear();
        return std::nullopt;
    }
    CallFailure failure{errno, "write"};
    if (written > 0 && !take_back(calls_, descriptor_, written)) lines.erase(0, written);
    return failure;
}

}  // namespace atl::journal
