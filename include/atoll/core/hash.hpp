// SPDX-License-Identifier: Apache-2.0
// SHA-256 (identity of content) and CRC-32C (integrity of journal frames).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace atl {

using Sha256 = std::array<std::uint8_t, 32>;

/// FIPS 180-4.
Sha256 sha256(std::string_view bytes);

/// Incremental form, for content that does not lie in one piece.
class Sha256Stream {
public:
    Sha256Stream();
    void update(std::string_view bytes);
    Sha256 finish();

private:
    void compress(const std::uint8_t* blocks, std::size_t count);
    std::array<std::uint32_t, 8> state_;
    std::array<std::uint8_t, 64> pending_{};
    std::uint64_t total_bytes_ = 0;
};

/// 64 lower-case hexadecimal digits.
std::string to_hex(const Sha256& digest);
/// Back again; empty for anything but 64 hexadecimal digits.
std::optional<Sha256> parse_sha256(std::string_view hex);

/// CRC-32C (Castagnoli, polynomial 0x1EDC6F41, RFC 3720 appendix B.4); `seed` continues an earlier part.
std::uint32_t crc32c(std::string_view bytes, std::uint32_t seed = 0);

/// For unordered containers keyed by content.
struct Sha256Hasher {
    std::size_t operator()(const Sha256& digest) const noexcept {
        std::size_t folded = 0;
        for (std::size_t i = 0; i < sizeof folded; ++i) folded = (folded << 8) | digest[i];
        return folded;
    }
};

}  // namespace atl
