// SPDX-License-Identifier: Apache-2.0
// SHA-256 against NIST's vectors, CRC-32C against RFC 3720's, accelerated loops against the portable ones.
#include "atoll/core/hash.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "atoll/core/random.hpp"
#include "core/hash_kernels.hpp"

namespace atl {
namespace {

std::string random_bytes(std::size_t count, std::uint32_t stream) {
    RandomStream random(7, stream, 0, 0, StreamPurpose::test);
    std::string bytes(count, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random.below(256));
    return bytes;
}

TEST(Sha256, gives_the_nist_digests) {
    EXPECT_EQ(to_hex(sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    EXPECT_EQ(to_hex(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(to_hex(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")),
              "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    EXPECT_EQ(to_hex(sha256("abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlm"
                            "nopqrsmnopqrstnopqrstu")),
              "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1");
    EXPECT_EQ(to_hex(sha256(std::string(1'000'000, 'a'))),
              "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

// lengths around the 64-byte block and the 56-byte padding limit, digests from Python's hashlib
TEST(Sha256, pads_right_at_block_boundaries) {
    EXPECT_EQ(to_hex(sha256(std::string(55, 'x'))), "d5e285683cd4efc02d021a5c62014694958901005d6f71e89e0989fac77e4072");
    EXPECT_EQ(to_hex(sha256(std::string(56, 'x'))), "04c26261370ee7541549d16dee320c723e3fd14671e66a099afe0a377c16888e");
    EXPECT_EQ(to_hex(sha256(std::string(63, 'x'))), "75220b47218278e656f2013bb8f0c455a25eaf01e86c64924e9d48d89776d6f2");
    EXPECT_EQ(to_hex(sha256(std::string(64, 'x'))), "7ce100971f64e7001e8fe5a51973ecdfe1ced42befe7ee8d5fd6219506b5393c");
    EXPECT_EQ(to_hex(sha256(std::string(65, 'x'))), "9537c5fdf120482f7d58d25e9ed583f52c02b4e304ea814db1633ad565aed7e9");
    EXPECT_EQ(to_hex(sha256(std::string(119, 'x'))),
              "000b48d4edf0fa7bee3c6236ecd2785baa5db4eeb8bb54341b029e0d9fa5fb0c");
    EXPECT_EQ(to_hex(sha256(std::string(128, 'x'))),
              "24da1b81d0b16df6428eee73c69fcb2a93c76bc6df706f0c6670fe6bfe800464");
}

TEST(Sha256, does_not_depend_on_how_the_content_is_cut) {
    const std::string bytes = random_bytes(1000, 1);
    const std::string whole = to_hex(sha256(bytes));
    for (const std::size_t piece : {1UL, 3UL, 55UL, 63UL, 64UL, 65UL, 128UL, 999UL}) {
        Sha256Stream stream;
        for (std::size_t at = 0; at < bytes.size(); at += piece) {
            stream.update(std::string_view(bytes).substr(at, piece));
            stream.update("");
        }
        EXPECT_EQ(to_hex(stream.finish()), whole) << "pieces of " << piece;
    }
}

TEST(Sha256, accelerated_blocks_equal_the_portable_ones) {
    const auto accelerated = hash_kernels::accelerated_sha256();
    if (accelerated == nullptr) GTEST_SKIP() << "this CPU has no SHA extensions";
    for (std::size_t blocks = 0; blocks < 20; ++blocks) {
        const std::string bytes = random_bytes(64 * blocks, static_cast<std::uint32_t>(blocks));
        const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
        hash_kernels::Sha256State fast = {1, 2, 3, 4, 5, 6, 7, 0xFFFFFFFF};
        hash_kernels::Sha256State portable = fast;
        accelerated(fast, data, blocks);
        hash_kernels::sha256_blocks_portable(portable, data, blocks);
        EXPECT_EQ(fast, portable) << blocks << " blocks";
    }
}

TEST(Crc32c, gives_the_published_check_values) {
    EXPECT_EQ(crc32c("123456789"), 0xE3069283U);
    EXPECT_EQ(crc32c(""), 0U);
    // RFC 3720, appendix B.4
    EXPECT_EQ(crc32c(std::string(32, '\0')), 0x8A9136AAU);
    EXPECT_EQ(crc32c(std::string(32, '\xFF')), 0x62A8AB43U);
    std::string ascending;
    for (char c = 0; c < 32; ++c) ascending += c;
    EXPECT_EQ(crc32c(ascending), 0x46DD794EU);
    EXPECT_EQ(crc32c(std::string(ascending.rbegin(), ascending.rend())), 0x113FDB5CU);
    const unsigned char read_command[48] = {0x01, 0xC0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,    0, 0, 0, 0,
                                            0x14, 0,    0, 0, 0, 0, 4, 0, 0, 0, 0, 0x14, 0, 0, 0, 0x18,
                                            0x28, 0,    0, 0, 0, 0, 0, 0, 2, 0, 0, 0,    0, 0, 0, 0};
    EXPECT_EQ(crc32c({reinterpret_cast<const char*>(read_command), sizeof read_command}), 0xD9963A56U);
}

TEST(Crc32c, continues_from_an_earlier_part) {
    const std::string bytes = random_bytes(100, 2);
    for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
        const std::string_view all = bytes;
        EXPECT_EQ(crc32c(all.substr(cut), crc32c(all.substr(0, cut))), crc32c(all)) << "cut at " << cut;
    }
}

TEST(Crc32c, accelerated_bytes_equal_the_portable_ones) {
    const auto accelerated = hash_kernels::accelerated_crc32c();
    if (accelerated == nullptr) GTEST_SKIP() << "this CPU has no SSE 4.2";
    const std::string bytes = random_bytes(300, 3);
    for (std::size_t start = 0; start < 9; ++start) {
        for (std::size_t length = 0; length + start <= bytes.size(); length += 7) {
            const auto part = std::string_view(bytes).substr(start, length);
            EXPECT_EQ(accelerated(0x12345678, part), hash_kernels::crc32c_portable(0x12345678, part));
        }
    }
}

TEST(Crc32c, sees_every_single_flipped_bit) {
    const std::string bytes = random_bytes(40, 4);
    const std::uint32_t sound = crc32c(bytes);
    for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
        std::string damaged = bytes;
        damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));
        EXPECT_NE(crc32c(damaged), sound);
    }
}

}  // namespace
}  // namespace atl
