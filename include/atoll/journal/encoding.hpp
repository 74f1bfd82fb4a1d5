// SPDX-License-Identifier: Apache-2.0
// Records to payload bytes and back: varints, length-prefixed strings, little-endian binary64.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "atoll/core/record.hpp"
#include "atoll/journal/frame.hpp"

namespace atl::journal {

/// How much of an earlier incarnation's segment counts.
struct Fence {
    std::uint32_t incarnation = 0;
    std::uint32_t rank = 0;
    std::uint64_t bytes = 0;
};

/// What one incarnation found when it took the run over: all segments of the incarnations from `first_incarnation` to
/// the one before its own, with their lengths at that moment. Complete: of these incarnations, nothing else counts.
/// Earlier ones were fenced by an earlier list; so a list grows with the ranks, not with the age of the run.
struct FenceList {
    std::uint32_t first_incarnation = 0;
    std::vector<Fence> fences;
};

/// Who wrote a segment, and under which job; the payload of its first frame.
struct SegmentInfo {
    std::uint32_t incarnation = 0;  ///< 0 for a new run, one more for each resume
    std::uint32_t rank = 0;
    std::string provenance_json;  ///< one JSON object; archive/queries.hpp says which members are read
    std::string job_toml;         ///< the resolved job
    /// Since format 1.1, in incarnations that took a run over; a list of none says that nothing before it counts.
    std::optional<FenceList> fences = std::nullopt;
};

/// A candidate's bytes under their SHA-256. `bytes` points into what was decoded.
struct BlobView {
    Sha256 sha256{};
    std::string_view bytes;
};

FrameType frame_type(const Record& record);

/// Appends the payload of a frame. A candidate's bytes are not part of its record: they go into a blob.
void encode(const Record& record, std::string& out);
void encode(const SegmentInfo& info, std::string& out);
void encode(const Sha256& digest, std::string_view bytes, std::string& out);

/// What a decoder does with bytes after the last field: damage in this format version, fields of a newer MINOR else.
enum class Trailing { refuse, ignore };

/// Each throws DamageError on anything but a whole payload of its kind; no length is believed before it is checked.
/// `type` must be that of a record, neither header nor blob.
Record decode_record(FrameType type, std::string_view payload, Trailing trailing = Trailing::refuse);
SegmentInfo decode_segment_info(std::string_view payload, Trailing trailing = Trailing::refuse);
BlobView decode_blob(std::string_view payload);

}  // namespace atl::journal
