// SPDX-License-Identifier: Apache-2.0
// Whole files in and out, with messages that say what to do.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace atl {

/// The file's bytes. InputError when it is missing, a directory, unreadable or larger than `maximum_bytes`.
std::string read_text_file(const std::filesystem::path& path, std::uint64_t maximum_bytes);

/// Readers see the old or the new content, never a part: written beside, synced, renamed over, directory synced.
/// InfrastructureError with the system's text ("No space left on device"); the old content then stays.
void write_file_atomically(const std::filesystem::path& path, std::string_view content);

}  // namespace atl
