// SPDX-License-Identifier: Apache-2.0
// Frame by frame through a segment, and resynchronising where a checksum does not hold.
#include "journal/scan.hpp"

#include <fmt/format.h>

#include <optional>

#include "atoll/core/error.hpp"
#include "journal/bytes.hpp"
#include "journal/file_window.hpp"

namespace atl::journal {
namespace fs = std::filesystem;
namespace {

bool is_known(std::uint8_t type) {
    return type >= static_cast<std::uint8_t>(FrameType::header) &&
           type <= static_cast<std::uint8_t>(FrameType::plan_count);
}

/// The frame at `offset`, when it is whole and its checksum holds.
std::optional<Frame> frame_at(FileWindow& file, std::uint64_t offset) {
    const std::string_view header = file.view(offset, frame_header_bytes);
    if (header.size() < frame_header_bytes) return std::nullopt;
    const std::uint32_t length = get_u32(header.data());
    const std::uint32_t crc = get_u32(header.data() + 4);
    const auto type = static_cast<std::uint8_t>(header[8]);
    if (type == 0 || length > max_payload_bytes || length > file.size() - offset - frame_header_bytes) {
        return std::nullopt;
    }
    const std::string_view whole = file.view(offset, frame_header_bytes + length);
    if (whole.size() < frame_header_bytes + length) return std::nullopt;
    if (frame_crc(offset, length, whole.substr(frame_header_bytes - 1)) != crc) return std::nullopt;
    return Frame{.type = type, .payload = whole.substr(frame_header_bytes)};
}

/// Where the next whole frame of a known type begins, from `offset` on.
std::optional<std::uint64_t> next_frame(FileWindow& file, std::uint64_t offset) {
    for (; offset + frame_header_bytes <= file.size(); ++offset) {
        const std::string_view header = file.view(offset, frame_header_bytes);
        if (header.size() < frame_header_bytes) return std::nullopt;
        if (is_known(static_cast<std::uint8_t>(header[8])) && frame_at(file, offset)) return offset;
    }
    return std::nullopt;
}

/// A crash while a segment was made leaves a part of its preamble, or zeros where the file system lost them.
bool is_unfinished_start(FileWindow& file) {
    const std::string expected = encode_preamble();
    const std::string_view start = file.view(0, preamble_bytes);
    if (start.size() < preamble_bytes && expected.compare(0, start.size(), start) == 0) return true;
    for (std::uint64_t offset = 0; offset < file.size(); offset += 4096) {
        if (file.view(offset, 4096).find_first_not_of('\0') != std::string_view::npos) return false;
    }
    return true;
}

/// Reads the preamble and says how to treat trailing fields; empty when it is not that of a segment.
std::optional<Trailing> check_version(FileWindow& file, const fs::path& path) {
    const std::optional<FormatVersion> version = decode_preamble(file.view(0, preamble_bytes));
    if (!version || version->major == 0) return std::nullopt;
    if (version->major > format_major) {
        throw FormatVersionError(
            fmt::format("{} is of journal format {}.{}; this atoll reads up to {}.x: use the atoll "
                        "that wrote it, or a newer one",
                        path.string(), version->major, version->minor, format_major));
    }
    const bool newer = version->major == format_major && version->minor > format_minor;
    return newer ? Trailing::ignore : Trailing::refuse;
}

}  // namespace

Note make_note(const fs::path& path, std::uint64_t offset, std::uint64_t bytes, const std::string& what) {
    return {.file = path,
            .offset = offset,
            .bytes = bytes,
            .text = fmt::format("{}: {} bytes at {}: {}", path.filename().string(), bytes, offset, what)};
}

std::optional<SegmentInfo> read_segment_info(const fs::path& path, std::uint64_t limit) {
    FileWindow file(path, limit);
    const std::optional<Trailing> trailing = check_version(file, path);
    if (!trailing) return std::nullopt;
    const std::optional<Frame> frame = frame_at(file, preamble_bytes);
    if (!frame || frame->type != static_cast<std::uint8_t>(FrameType::header)) return std::nullopt;
    try {
        return decode_segment_info(frame->payload, *trailing);
    } catch (const DamageError&) {
        return std::nullopt;  // the scan reports it
    }
}

void scan_segment(const fs::path& path, std::uint64_t limit, const std::function<void(const FrameVisit&)>& visit,
                  ScanNotes notes) {
    FileWindow file(path, limit);
    const std::optional<Trailing> trailing = check_version(file, path);
    std::uint64_t at = preamble_bytes;
    if (!trailing) {
        const std::optional<std::uint64_t> found = next_frame(file, preamble_bytes);
        if (!found && is_unfinished_start(file)) {
            notes.torn_tails.push_back(make_note(path, 0, file.size(), "the segment was cut while it was created"));
            return;
        }
        notes.damages.push_back(make_note(path, 0, found ? preamble_bytes : file.size(),
                                          found ? "the segment's first bytes are damaged" : "not a journal segment"));
        if (!found) return;
    }

    while (at < file.size()) {
        if (const std::optional<Frame> frame = frame_at(file, at)) {
            const std::uint64_t size = frame->size_bytes();  // before the visit: it may not keep the payload
            visit({.frame = *frame, .offset = at, .trailing = trailing.value_or(Trailing::refuse)});
            at += size;
            continue;
        }
        const std::optional<std::uint64_t> next = next_frame(file, at + 1);
        if (!next) {
            notes.torn_tails.push_back(
                make_note(path, at, file.size() - at, "an unfinished record at the end, cut off"));
            return;
        }
        notes.damages.push_back(make_note(path, at, *next - at, "damaged; whole records follow"));
        at = *next;
    }
}

}  // namespace atl::journal
