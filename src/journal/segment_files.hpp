// SPDX-License-Identifier: Apache-2.0
// The names of segment files, and which of them a run has.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

namespace atl::journal {

struct SegmentFile {
    std::filesystem::path path;
    std::uint32_t incarnation = 0;
    std::uint32_t rank = 0;
};

/// The segments of RUN/journal by incarnation, then rank; other files are not looked at. Empty when there is no folder.
std::vector<SegmentFile> segment_files(const std::filesystem::path& run_directory);

}  // namespace atl::journal
