// SPDX-License-Identifier: Apache-2.0
// Names of verdicts.
#include "atoll/core/verdict.hpp"

#include <array>
#include <cstddef>

namespace atl {
namespace {

// in the order of the enumerators
constexpr std::array<std::string_view, 9> names = {
    "ok", "wrong", "compile_error", "crashed", "timeout", "out_of_memory", "forbidden", "cheated", "infrastructure"};

}  // namespace

std::string_view to_string(VerdictKind kind) {
    const auto index = static_cast<std::size_t>(kind);
    return index < names.size() ? names[index] : "unknown";
}

std::optional<VerdictKind> parse_verdict_kind(std::string_view text) {
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (names[i] == text) return static_cast<VerdictKind>(i);
    }
    return std::nullopt;
}

}  // namespace atl
