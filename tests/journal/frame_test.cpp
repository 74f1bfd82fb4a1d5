// SPDX-License-Identifier: Apache-2.0
// Preamble and frame layout on disk, byte for byte: these bytes may never change within MAJOR 1.
#include "atoll/journal/frame.hpp"

#include <gtest/gtest.h>

#include "atoll/core/error.hpp"
#include "atoll/core/hash.hpp"

namespace atl::journal {
namespace {

TEST(Frame, PreambleHoldsMagicVersionAndChecksum) {
    const std::string preamble = encode_preamble();
    ASSERT_EQ(preamble.size(), preamble_bytes);
    EXPECT_EQ(preamble.substr(0, 12), std::string("\x89"
                                                  "ATOLLJ\n\x01\x00\x03\x00",
                                                  12));
    const auto version = decode_preamble(preamble);
    ASSERT_TRUE(version);
    EXPECT_EQ(version->major, format_major);
    EXPECT_EQ(version->minor, format_minor);
}

TEST(Frame, AFlippedBitInThePreambleIsSeen) {
    const std::string preamble = encode_preamble();
    for (std::size_t bit = 0; bit < 8 * preamble_bytes; ++bit) {
        std::string damaged = preamble;
        damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));
        EXPECT_FALSE(decode_preamble(damaged)) << bit;
    }
}

TEST(Frame, LayoutIsLengthChecksumTypePayload) {
    std::string buffer = "before";
    const std::size_t begin = open_frame(buffer, FrameType::event);
    buffer += "abc";
    close_frame(buffer, begin, 1000);
    ASSERT_EQ(buffer.size(), 6 + frame_header_bytes + 3);
    EXPECT_EQ(buffer.substr(6, 4), std::string("\x03\0\0\0", 4));
    EXPECT_EQ(buffer.substr(14),
              "\x06"
              "abc");
    // The checksum as documented: offset (u64), length (u32), type (u8), payload.
    const std::string covered = std::string("\xe8\x03\0\0\0\0\0\0", 8) + std::string("\x03\0\0\0", 4) + "\x06" + "abc";
    std::uint32_t stored = 0;
    for (unsigned i = 0; i < 4; ++i) stored |= std::uint32_t{static_cast<std::uint8_t>(buffer[10 + i])} << (8 * i);
    EXPECT_EQ(stored, crc32c(covered));
}

TEST(Frame, TheSameBytesElsewhereHaveAnotherChecksum) { EXPECT_NE(frame_crc(16, 3, "xabc"), frame_crc(17, 3, "xabc")); }

TEST(Frame, AnOverlongPayloadIsRefused) {
    std::string buffer;
    const std::size_t begin = open_frame(buffer, FrameType::blob);
    buffer.append(max_payload_bytes, 'x');
    EXPECT_NO_THROW(close_frame(buffer, begin, 0));
    buffer += 'x';
    EXPECT_THROW(close_frame(buffer, begin, 0), InputError);
}

}  // namespace
}  // namespace atl::journal
