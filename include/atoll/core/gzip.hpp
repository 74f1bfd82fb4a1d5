// SPDX-License-Identifier: Apache-2.0
// Files that may be compressed by gzip.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace atl {

/// `bytes` as they are, or what gzip made them of; throws InputError with `name` when they are damaged or longer than
/// `maximum_bytes`.
std::string decompress(std::string bytes, std::string_view name, std::uint64_t maximum_bytes);

/// read_text_file(), decompressed.
std::string read_compressed_file(const std::filesystem::path& path, std::uint64_t maximum_bytes);

/// What `gzip -n -9` would make of it: the same bytes for the same text.
std::string compress(std::string_view text);

}  // namespace atl
