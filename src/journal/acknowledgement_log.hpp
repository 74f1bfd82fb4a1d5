// SPDX-License-Identifier: Apache-2.0
// The file that gets a line per acknowledged evaluation, shared by all ranks.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "atoll/journal/file_system_calls.hpp"
#include "journal/segment.hpp"

namespace atl::journal {

/// One write a batch with O_APPEND, so that the lines of several ranks do not mix.
class AcknowledgementLog {
public:
    /// Throws InfrastructureError when the file can not be opened. An empty path: no log.
    AcknowledgementLog(FileSystemCalls& calls, std::filesystem::path path);
    ~AcknowledgementLog();
    AcknowledgementLog(const AcknowledgementLog&) = delete;
    AcknowledgementLog& operator=(const AcknowledgementLog&) = delete;

    bool is_kept() const { return descriptor_ >= 0; }
    const std::filesystem::path& path() const { return path_; }

    /// Writes `lines` and takes what was written off them. After a failure the rest may be appended again.
    std::optional<CallFailure> append(std::string& lines);

private:
    std::filesystem::path path_;
    FileSystemCalls& calls_;
    int descriptor_ = -1;
};

}  // namespace atl::journal
