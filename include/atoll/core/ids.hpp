// SPDX-License-Identifier: Apache-2.0
// The permanent identity of one evaluation: (island, step, slot, attempt).
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace atl {

/// Names one evaluation for ever, on any rank count and across resumes.
/// `slot` counts the candidates of one island step (0..batch-1); `attempt` counts retries after an
/// `infrastructure` verdict inside one key and never counts resumes.
struct EvaluationKey {
    std::uint32_t island = 0;
    std::uint64_t step = 0;
    std::uint32_t slot = 0;
    std::uint32_t attempt = 0;

    auto operator<=>(const EvaluationKey&) const = default;  // NOLINT(modernize-use-nullptr): false alarm of clang 14
};

/// "island/step/slot/attempt" in decimals: the form of the acknowledgement log and of parent columns.
std::string to_string(const EvaluationKey& key);

/// Inverse of to_string; empty when the text is anything but four decimal numbers in range.
std::optional<EvaluationKey> parse_evaluation_key(std::string_view text);

}  // namespace atl

template <>
struct std::hash<atl::EvaluationKey> {
    std::size_t operator()(const atl::EvaluationKey& key) const noexcept {
        std::uint64_t mixed = key.step * 0x9E3779B97F4A7C15ULL;
        mixed ^= (static_cast<std::uint64_t>(key.island) << 32) ^ key.slot;
        mixed *= 0xBF58476D1CE4E5B9ULL;
        return static_cast<std::size_t>((mixed ^ (mixed >> 31)) + key.attempt);
    }
};
