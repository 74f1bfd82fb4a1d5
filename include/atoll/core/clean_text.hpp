// SPDX-License-Identifier: Apache-2.0
// Text that outsiders wrote, made fit for JSON, tables and terminals.
#pragma once

#include <cstddef>
#include <limits>
#include <string>
#include <string_view>

namespace atl {

/// NUL and bytes that are no UTF-8 become '?', the rest is cut off at max_bytes, never inside a character.
std::string clean_text(std::string_view text, std::size_t max_bytes = std::numeric_limits<std::size_t>::max());

}  // namespace atl
