// SPDX-License-Identifier: Apache-2.0
// Takes fields off a payload one by one and never reads past its end.
#pragma once

#include <bit>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include "atoll/core/error.hpp"
#include "atoll/journal/encoding.hpp"
#include "journal/bytes.hpp"

namespace atl::journal {

/// Invariant: `at_ <= bytes_.size()`. Each call throws DamageError, naming the position, when the bytes do not hold it.
class Decoder {
public:
    explicit Decoder(std::string_view bytes) : bytes_(bytes) {}

    std::size_t left() const { return bytes_.size() - at_; }

    std::uint8_t byte() { return static_cast<std::uint8_t>(take(1)[0]); }

    std::uint8_t at_most(std::uint8_t highest) {
        const std::uint8_t value = byte();
        if (value > highest) fail("a code out of range");
        return value;
    }

    std::uint64_t varint() {
        std::uint64_t value = 0;
        for (unsigned shift = 0; shift < 64; shift += 7) {
            const std::uint64_t part = byte();
            const std::uint64_t bits = part & 0x7FU;
            if (shift == 63 && bits > 1) fail("a number out of range");
            value |= bits << shift;
            if ((part & 0x80U) == 0) {
                if (bits == 0 && shift > 0) fail("a number with leading zeros");
                return value;
            }
        }
        fail("a number out of range");
    }

    std::uint32_t varint32() {
        const std::uint64_t value = varint();
        if (value > std::numeric_limits<std::uint32_t>::max()) fail("a number out of range");
        return static_cast<std::uint32_t>(value);
    }

    double real() { return std::bit_cast<double>(get_u64(take(8).data())); }

    std::string text() {
        const std::uint64_t length = varint();
        if (length > left()) fail("a text longer than its record");
        return std::string(take(length));
    }

    Sha256 digest() {
        Sha256 digest{};
        const std::string_view bytes = take(digest.size());
        for (std::size_t i = 0; i < digest.size(); ++i) digest[i] = static_cast<std::uint8_t>(bytes[i]);
        return digest;
    }

    std::string_view rest() { return take(left()); }

    void finish(Trailing trailing) const {
        if (trailing == Trailing::refuse && left() > 0) fail("bytes after the last field");
    }

    [[noreturn]] void fail(const char* what) const {
        throw DamageError("journal record: " + std::string(what) + " at byte " + std::to_string(at_) + " of " +
                          std::to_string(bytes_.size()));
    }

private:
    std::string_view take(std::size_t count) {
        if (count > left()) fail("the record ends early");
        const std::string_view taken = bytes_.substr(at_, count);
        at_ += count;
        return taken;
    }

    std::string_view bytes_;
    std::size_t at_ = 0;
};

}  // namespace atl::journal
