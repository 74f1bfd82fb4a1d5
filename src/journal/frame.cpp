// SPDX-License-Identifier: Apache-2.0
// Preamble and frames of a journal segment.
#include "atoll/journal/frame.hpp"

#include <fmt/format.h>

#include "atoll/core/error.hpp"
#include "atoll/core/hash.hpp"
#include "journal/bytes.hpp"

namespace atl::journal {

std::string encode_preamble() {
    std::string out(segment_magic);
    put_u16(out, format_major);
    put_u16(out, format_minor);
    put_u32(out, crc32c(out));
    return out;
}

std::optional<FormatVersion> decode_preamble(std::string_view bytes) {
    if (bytes.size() < preamble_bytes || bytes.substr(0, segment_magic.size()) != segment_magic) return std::nullopt;
    if (crc32c(bytes.substr(0, preamble_bytes - 4)) != get_u32(bytes.data() + preamble_bytes - 4)) return std::nullopt;
    return FormatVersion{.major = get_u16(bytes.data() + 8), .minor = get_u16(bytes.data() + 10)};
}

std::uint32_t frame_crc(std::uint64_t file_offset, std::uint32_t length, std::string_view type_and_payload) {
    std::string place;
    put_u64(place, file_offset);
    put_u32(place, length);
    return crc32c(type_and_payload, crc32c(place));
}

std::size_t open_frame(std::string& buffer, FrameType type) {
    const std::size_t begin = buffer.size();
    buffer.append(frame_header_bytes - 1, '\0');
    buffer.push_back(static_cast<char>(type));
    return begin;
}

void close_frame(std::string& buffer, std::size_t begin, std::uint64_t file_offset) {
    const std::size_t length = buffer.size() - begin - frame_header_bytes;
    if (length > max_payload_bytes) {
        throw InputError(fmt::format("a journal record of {} bytes is over the limit of {} bytes for one record",
                                     length, max_payload_bytes));
    }
    const auto length_field = static_cast<std::uint32_t>(length);
    store_u32(buffer.data() + begin, length_field);
    const std::string_view type_and_payload = std::string_view(buffer).substr(begin + frame_header_bytes - 1);
    store_u32(buffer.data() + begin + 4, frame_crc(file_offset, length_field, type_and_payload));
}

}  // namespace atl::journal
