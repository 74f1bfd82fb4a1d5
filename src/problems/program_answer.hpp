// SPDX-License-Identifier: Apache-2.0
// What a program left, read as numbers, and what was given to it, written as bytes: little-endian binary64.
#pragma once

#include <bit>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "atoll/problems/problem.hpp"

namespace atl::problems {

static_assert(std::endian::native == std::endian::little, "binary64 is copied as it lies in memory");

inline std::string bytes_of(std::span<const double> numbers) {
    std::string bytes(numbers.size_bytes(), '\0');
    if (!numbers.empty()) std::memcpy(bytes.data(), numbers.data(), bytes.size());
    return bytes;
}

/// Nothing when the bytes are no whole number of doubles.
inline std::optional<std::vector<double>> numbers_of(const std::string& bytes) {
    if (bytes.size() % sizeof(double) != 0) return std::nullopt;
    std::vector<double> numbers(bytes.size() / sizeof(double));
    if (!numbers.empty()) std::memcpy(numbers.data(), bytes.data(), bytes.size());
    return numbers;
}

inline Judgement refused(VerdictKind kind, std::string reason, std::string text) {
    Judgement judgement;
    judgement.verdict = {kind, std::move(reason), std::move(text)};
    return judgement;
}

}  // namespace atl::problems
