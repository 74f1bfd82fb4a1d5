// SPDX-License-Identifier: Apache-2.0
// Little-endian numbers in byte strings, the same on every machine.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>

namespace atl::journal {

template <class Unsigned>
Unsigned load_little(const char* bytes) {
    Unsigned value = 0;
    std::memcpy(&value, bytes, sizeof value);
    if constexpr (std::endian::native == std::endian::big) {
        Unsigned swapped = 0;
        for (std::size_t i = 0; i < sizeof value; ++i) {
            swapped = static_cast<Unsigned>((swapped << 8) | static_cast<std::uint8_t>(bytes[sizeof value - 1 - i]));
        }
        return swapped;
    }
    return value;
}

template <class Unsigned>
void store_little(char* bytes, Unsigned value) {
    for (std::size_t i = 0; i < sizeof value; ++i) bytes[i] = static_cast<char>((value >> (8 * i)) & 0xFFU);
}

inline std::uint16_t get_u16(const char* bytes) { return load_little<std::uint16_t>(bytes); }
inline std::uint32_t get_u32(const char* bytes) { return load_little<std::uint32_t>(bytes); }
inline std::uint64_t get_u64(const char* bytes) { return load_little<std::uint64_t>(bytes); }
inline void store_u32(char* bytes, std::uint32_t value) { store_little(bytes, value); }

template <class Unsigned>
void put_little(std::string& out, Unsigned value) {
    char bytes[sizeof value];
    store_little(bytes, value);
    out.append(bytes, sizeof value);
}

inline void put_u16(std::string& out, std::uint16_t value) { put_little(out, value); }
inline void put_u32(std::string& out, std::uint32_t value) { put_little(out, value); }
inline void put_u64(std::string& out, std::uint64_t value) { put_little(out, value); }
inline void put_double(std::string& out, double value) { put_u64(out, std::bit_cast<std::uint64_t>(value)); }

/// LEB128: seven bits a byte, lowest first.
inline void put_varint(std::string& out, std::uint64_t value) {
    while (value >= 0x80U) {
        out.push_back(static_cast<char>((value & 0x7FU) | 0x80U));
        value >>= 7;
    }
    out.push_back(static_cast<char>(value));
}

inline void put_text(std::string& out, std::string_view text) {
    put_varint(out, text.size());
    out.append(text);
}

}  // namespace atl::journal
