// SPDX-License-Identifier: Apache-2.0
// The outer layer of a journal segment: preamble and checksummed frames, little-endian whatever the machine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace atl::journal {

/// Version of the segment format. A newer MAJOR is refused; a newer MINOR may add frame types and trailing fields,
/// which this reader skips.
constexpr std::uint16_t format_major = 1;
constexpr std::uint16_t format_minor = 3;

/// magic (8 bytes), MAJOR (u16), MINOR (u16), CRC-32C of those twelve bytes (u32).
constexpr std::size_t preamble_bytes = 16;
constexpr std::string_view segment_magic{
    "\x89"
    "ATOLLJ\n",
    8};

/// length (u32), CRC-32C (u32), type (u8), then `length` bytes of payload.
constexpr std::size_t frame_header_bytes = 9;

/// Longest payload: bounds what a reader has to hold at once, and what a damaged length can ask for.
constexpr std::uint32_t max_payload_bytes = 64U * 1024 * 1024;

enum class FrameType : std::uint8_t {
    header = 1,
    blob = 2,
    evaluation = 3,
    migration = 4,
    snapshot = 5,
    event = 6,
    llm_call = 7,    ///< since 1.2
    plan = 8,        ///< since 1.3
    plan_count = 9,  ///< since 1.3
};

struct Frame {
    std::uint8_t type = 0;  ///< a FrameType, or a newer one
    std::string_view payload;

    std::size_t size_bytes() const { return frame_header_bytes + payload.size(); }
};

struct FormatVersion {
    std::uint16_t major = 0;
    std::uint16_t minor = 0;
};

std::string encode_preamble();

/// Empty when magic or checksum do not hold.
std::optional<FormatVersion> decode_preamble(std::string_view bytes);

/// The checksum covers the frame's own offset in the file, length, type and payload: bytes of a journal that lie inside
/// a candidate, or a block written to the wrong place, never pass for a frame.
std::uint32_t frame_crc(std::uint64_t file_offset, std::uint32_t length, std::string_view type_and_payload);

/// Opens a frame at the end of `buffer` and returns where it begins; append the payload, then close it.
std::size_t open_frame(std::string& buffer, FrameType type);

/// Fills in length and checksum. `file_offset` is where the frame's first byte will lie in the segment.
/// Throws InputError when the payload is over max_payload_bytes.
void close_frame(std::string& buffer, std::size_t begin, std::uint64_t file_offset);

}  // namespace atl::journal
