// SPDX-License-Identifier: Apache-2.0
// The inner loops of SHA-256 and CRC-32C: portable ones, and ones for x86 instructions chosen at run time.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace atl::hash_kernels {

using Sha256State = std::array<std::uint32_t, 8>;
extern const std::array<std::uint32_t, 64> sha256_round_constants;

/// Folds `count` 64-byte blocks into `state` (FIPS 180-4, section 6.2.2).
using Sha256Blocks = void (*)(Sha256State& state, const std::uint8_t* blocks, std::size_t count);
/// Continues the inverted remainder `crc` over `bytes`.
using Crc32cBytes = std::uint32_t (*)(std::uint32_t crc, std::string_view bytes);

void sha256_blocks_portable(Sha256State& state, const std::uint8_t* blocks, std::size_t count);
std::uint32_t crc32c_portable(std::uint32_t crc, std::string_view bytes);

/// The kernel for this CPU's own instructions, or null when it has none.
Sha256Blocks accelerated_sha256();
Crc32cBytes accelerated_crc32c();

}  // namespace atl::hash_kernels
