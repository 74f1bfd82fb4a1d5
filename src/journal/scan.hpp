// SPDX-License-Identifier: Apache-2.0
// Walks the frames of one segment, past damage and up to a torn end.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <vector>

#include "atoll/journal/encoding.hpp"
#include "atoll/journal/reader.hpp"

namespace atl::journal {

/// One whole frame; the payload is valid during the call only.
struct FrameVisit {
    const Frame& frame;
    std::uint64_t offset = 0;
    Trailing trailing = Trailing::refuse;  ///< ignore: the segment is of a newer MINOR version
};

struct ScanNotes {
    std::vector<Note>& torn_tails;
    std::vector<Note>& damages;
};

/// Calls `visit` for each frame whose checksum holds, in order. Bytes that are no frame are damage when a whole frame
/// follows, else the torn tail. Throws FormatVersionError for a newer MAJOR, InfrastructureError when reading fails.
void scan_segment(const std::filesystem::path& path, std::uint64_t limit,
                  const std::function<void(const FrameVisit&)>& visit, ScanNotes notes);

/// The header of a segment, when it is whole and the first frame. Throws as scan_segment() does.
std::optional<SegmentInfo> read_segment_info(const std::filesystem::path& path, std::uint64_t limit);

/// "0-3.atj: `bytes` bytes at `offset`: `what`".
Note make_note(const std::filesystem::path& path, std::uint64_t offset, std::uint64_t bytes, const std::string& what);

}  // namespace atl::journal
