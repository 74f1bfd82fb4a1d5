// SPDX-License-Identifier: Apache-2.0
// The languages that programs as candidates are written in.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace atl::problems {

enum class Language : std::uint8_t { python = 0, cpp = 1 };

/// "python", "cpp"
std::string_view to_string(Language language);
std::optional<Language> parse_language(std::string_view name);

}  // namespace atl::problems
