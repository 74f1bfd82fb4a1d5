// SPDX-License-Identifier: Apache-2.0
// Any bytes as UTF-8.
#include "atoll/core/clean_text.hpp"

#include <algorithm>
#include <cstdint>

namespace atl {
namespace {

/// Length of the UTF-8 character at the beginning of `text`; 0 when there is none (overlong forms, surrogates).
std::size_t character_bytes(std::string_view text) {
    const auto byte = [text](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
    const std::uint8_t first = byte(0);
    if (first < 0x80) return first == 0 ? 0 : 1;
    const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    if (first < 0xC2 || first > 0xF4 || text.size() < length) return 0;
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xC0U) != 0x80) return 0;
    }
    const std::uint8_t second = byte(1);
    if ((first == 0xE0 && second < 0xA0) || (first == 0xED && second > 0x9F) || (first == 0xF0 && second < 0x90) ||
        (first == 0xF4 && second > 0x8F)) {
        return 0;
    }
    return length;
}

}  // namespace

std::string clean_text(std::string_view text, std::size_t max_bytes) {
    std::string clean;
    clean.reserve(std::min(text.size(), max_bytes));
    while (!text.empty()) {
        const std::size_t length = character_bytes(text);
        const std::string_view character = length == 0 ? std::string_view("?") : text.substr(0, length);
        if (clean.size() + character.size() > max_bytes) break;
        clean += character;
        text.remove_prefix(length == 0 ? 1 : length);
    }
    return clean;
}

}  // namespace atl
