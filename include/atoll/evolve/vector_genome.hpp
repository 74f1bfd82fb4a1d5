// SPDX-License-Identifier: Apache-2.0
// The genome "vector": real coordinates as candidate bytes, and their text form in candidate files.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "atoll/core/record.hpp"

namespace atl::evolve {

inline constexpr std::string_view vector_genome = "vector";

/// Coordinates as little-endian binary64, bit for bit (NaN payloads included).
Candidate encode_vector(std::span<const double> x);

/// Inverse of encode_vector. Throws InputError when the genome is another one or the bytes are no whole coordinates.
std::vector<double> decode_vector(const Candidate& candidate);

/// Limits of the text form; a longer text is refused before it is read.
inline constexpr std::size_t vector_text_max_bytes = std::size_t{64} << 20;
inline constexpr std::size_t vector_text_max_coordinates = 1'000'000;

/// Reads coordinates from text, in order. Two forms:
///  - plain: decimal or hexadecimal floats separated by white space, at most one comma between two, `#` to line end
///    is a comment;
///  - JSON: an array, possibly of rows, of numbers or of strings that hold one float ("0x1.8p-1").
/// `nan` and `inf` are read as such: refusing them is the judge's business. Throws InputError with `name:line` for
/// anything else, for numbers that overflow binary64 and for texts past the limits.
std::vector<double> parse_vector_text(std::string_view text, std::string_view name);

/// The plain form in hexadecimal floats (exact), `row_length` coordinates a line (0: one a line).
std::string write_vector_text(std::span<const double> x, std::size_t row_length = 0);

}  // namespace atl::evolve
