// SPDX-License-Identifier: Apache-2.0
// Space kept aside, so that the last records of a run still fit on a full disk.
#pragma once

#include <cstdint>
#include <filesystem>

#include "atoll/journal/file_system_calls.hpp"

namespace atl::journal {

/// A file of allocated, unwritten blocks; gone once it is released and at the end of this object.
class Reserve {
public:
    /// 0 bytes: none. Throws InfrastructureError when there is no room for it; a file system that can not allocate
    /// ahead gets none.
    Reserve(FileSystemCalls& calls, std::filesystem::path path, std::uint64_t bytes);
    ~Reserve();
    Reserve(const Reserve&) = delete;
    Reserve& operator=(const Reserve&) = delete;

    void release();
    /// The file belongs to another process from now on.
    void abandon() { held_ = false; }

private:
    std::filesystem::path path_;
    FileSystemCalls& calls_;
    bool held_ = false;
};

}  // namespace atl::journal
