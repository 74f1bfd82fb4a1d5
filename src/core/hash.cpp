// SPDX-License-Identifier: Apache-2.0
// SHA-256 and CRC-32C over whichever inner loop this CPU runs fastest.
#include "atoll/core/hash.hpp"

#include <charconv>

#include <algorithm>
#include <bit>
#include <cstring>

#include "core/hash_kernels.hpp"

namespace atl {
namespace {

constexpr std::size_t block_bytes = 64;

hash_kernels::Sha256Blocks chosen_sha256() {
    static const hash_kernels::Sha256Blocks chosen = [] {
        const auto fast = hash_kernels::accelerated_sha256();
        return fast != nullptr ? fast : &hash_kernels::sha256_blocks_portable;
    }();
    return chosen;
}

hash_kernels::Crc32cBytes chosen_crc32c() {
    static const hash_kernels::Crc32cBytes chosen = [] {
        const auto fast = hash_kernels::accelerated_crc32c();
        return fast != nullptr ? fast : &hash_kernels::crc32c_portable;
    }();
    return chosen;
}

}  // namespace

// FIPS 180-4, section 5.3.3
Sha256Stream::Sha256Stream()
    : state_{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19} {}

void Sha256Stream::compress(const std::uint8_t* blocks, std::size_t count) { chosen_sha256()(state_, blocks, count); }

void Sha256Stream::update(std::string_view bytes) {
    const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
    std::size_t left = bytes.size();
    const std::size_t held = total_bytes_ % block_bytes;
    total_bytes_ += left;
    if (left == 0) return;
    if (held != 0) {
        const std::size_t taken = std::min(left, block_bytes - held);
        std::memcpy(pending_.data() + held, data, taken);
        data += taken;
        left -= taken;
        if (held + taken < block_bytes) return;
        compress(pending_.data(), 1);
    }
    const std::size_t whole = left / block_bytes;
    if (whole != 0) compress(data, whole);
    if (left % block_bytes != 0) std::memcpy(pending_.data(), data + whole * block_bytes, left % block_bytes);
}

Sha256 Sha256Stream::finish() {
    const std::uint64_t total_bits = total_bytes_ * 8;
    std::size_t held = total_bytes_ % block_bytes;
    pending_[held++] = 0x80;
    if (held > block_bytes - 8) {
        std::fill(pending_.begin() + static_cast<std::ptrdiff_t>(held), pending_.end(), std::uint8_t{0});
        compress(pending_.data(), 1);
        held = 0;
    }
    std::fill(pending_.begin() + static_cast<std::ptrdiff_t>(held), pending_.end() - 8, std::uint8_t{0});
    for (std::size_t i = 0; i < 8; ++i) {
        pending_[block_bytes - 1 - i] = static_cast<std::uint8_t>(total_bits >> (8 * i));
    }
    compress(pending_.data(), 1);
    Sha256 digest;
    for (std::size_t i = 0; i < digest.size(); ++i) {
        digest[i] = static_cast<std::uint8_t>(state_[i / 4] >> (24 - 8 * (i % 4)));
    }
    return digest;
}

Sha256 sha256(std::string_view bytes) {
    Sha256Stream stream;
    stream.update(bytes);
    return stream.finish();
}

std::string to_hex(const Sha256& digest) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    text.reserve(2 * digest.size());
    for (const std::uint8_t byte : digest) {
        text += digits[byte >> 4];
        text += digits[byte & 15];
    }
    return text;
}

std::optional<Sha256> parse_sha256(std::string_view hex) {
    Sha256 digest{};
    if (hex.size() != 2 * digest.size()) return std::nullopt;
    for (std::size_t i = 0; i < digest.size(); ++i) {
        const char* begin = hex.data() + 2 * i;
        const auto [end, error] = std::from_chars(begin, begin + 2, digest[i], 16);
        if (error != std::errc() || end != begin + 2) return std::nullopt;
    }
    return digest;
}

std::uint32_t crc32c(std::string_view bytes, std::uint32_t seed) { return ~chosen_crc32c()(~seed, bytes); }

}  // namespace atl
