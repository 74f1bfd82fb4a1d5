// SPDX-License-Identifier: Apache-2.0
// SHA-256 by the SHA extensions and CRC-32C by SSE 4.2, used only where the CPU says it has them.
#include "core/hash_kernels.hpp"

#if defined(__x86_64__)

#include <cpuid.h>
#include <immintrin.h>

#include <cstring>

namespace atl::hash_kernels {
namespace {

/// CPUID leaf 7, EBX bit 29; __builtin_cpu_supports of g++ 12 does not know "sha".
bool cpu_has_sha() {
    unsigned eax = 0;
    unsigned ebx = 0;
    unsigned ecx = 0;
    unsigned edx = 0;
    if (__get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) == 0) return false;
    return (ebx & (1U << 29)) != 0 && __builtin_cpu_supports("sse4.1") != 0 && __builtin_cpu_supports("ssse3") != 0;
}

// The two state registers hold ABEF and CDGH, the order sha256rnds2 wants (Intel SDM, volume 2B).
__attribute__((target("sha,sse4.1,ssse3"))) void sha256_blocks_sha(Sha256State& state, const std::uint8_t* blocks,
                                                                   std::size_t count) {
    const __m128i byte_swap = _mm_set_epi64x(0x0c0d0e0f08090a0bLL, 0x0405060700010203LL);
    const __m128i abcd = _mm_loadu_si128(reinterpret_cast<const __m128i*>(state.data()));
    const __m128i efgh = _mm_loadu_si128(reinterpret_cast<const __m128i*>(state.data() + 4));
    const __m128i cdab = _mm_shuffle_epi32(abcd, 0xB1);
    const __m128i hgfe = _mm_shuffle_epi32(efgh, 0x1B);
    __m128i abef = _mm_alignr_epi8(cdab, hgfe, 8);
    __m128i cdgh = _mm_blend_epi16(hgfe, cdab, 0xF0);

    for (; count != 0; --count, blocks += 64) {
        const __m128i abef_before = abef;
        const __m128i cdgh_before = cdgh;
        // window[i & 3] holds schedule words 4i..4i+3
        __m128i window[4];
        for (int i = 0; i < 4; ++i) {
            const __m128i raw = _mm_loadu_si128(reinterpret_cast<const __m128i*>(blocks + 16 * i));
            window[i] = _mm_shuffle_epi8(raw, byte_swap);
        }
#pragma GCC unroll 16
        for (int i = 0; i < 16; ++i) {
            const __m128i words = window[i & 3];
            const __m128i constants =
                _mm_loadu_si128(reinterpret_cast<const __m128i*>(sha256_round_constants.data() + 4 * i));
            const __m128i sum = _mm_add_epi32(words, constants);
            cdgh = _mm_sha256rnds2_epu32(cdgh, abef, sum);
            abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32(sum, 0x0E));
            if (i < 12) {
                // W[t] from W[t-16], W[t-15], W[t-7], W[t-2], four at a time
                const __m128i next = window[(i + 1) & 3];
                const __m128i after = window[(i + 2) & 3];
                const __m128i last = window[(i + 3) & 3];
                const __m128i partial =
                    _mm_add_epi32(_mm_sha256msg1_epu32(words, next), _mm_alignr_epi8(last, after, 4));
                window[i & 3] = _mm_sha256msg2_epu32(partial, last);
            }
        }
        abef = _mm_add_epi32(abef, abef_before);
        cdgh = _mm_add_epi32(cdgh, cdgh_before);
    }

    const __m128i feba = _mm_shuffle_epi32(abef, 0x1B);
    const __m128i dchg = _mm_shuffle_epi32(cdgh, 0xB1);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(state.data()), _mm_blend_epi16(feba, dchg, 0xF0));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(state.data() + 4), _mm_alignr_epi8(dchg, feba, 8));
}

__attribute__((target("sse4.2"))) std::uint32_t crc32c_sse42(std::uint32_t crc, std::string_view bytes) {
    const char* data = bytes.data();
    std::size_t left = bytes.size();
    std::uint64_t wide = crc;
    for (; left >= 8; data += 8, left -= 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, data, 8);
        wide = _mm_crc32_u64(wide, word);
    }
    auto narrow = static_cast<std::uint32_t>(wide);
    for (; left != 0; ++data, --left) narrow = _mm_crc32_u8(narrow, static_cast<unsigned char>(*data));
    return narrow;
}

}  // namespace

Sha256Blocks accelerated_sha256() { return cpu_has_sha() ? &sha256_blocks_sha : nullptr; }
Crc32cBytes accelerated_crc32c() { return __builtin_cpu_supports("sse4.2") != 0 ? &crc32c_sse42 : nullptr; }

}  // namespace atl::hash_kernels

#else

namespace atl::hash_kernels {

Sha256Blocks accelerated_sha256() { return nullptr; }
Crc32cBytes accelerated_crc32c() { return nullptr; }

}  // namespace atl::hash_kernels

#endif
