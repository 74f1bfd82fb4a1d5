// SPDX-License-Identifier: Apache-2.0
// Listing RUN/journal by the names of its files.
#include "journal/segment_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>
#include <tuple>

#include "atoll/core/error.hpp"
#include "atoll/journal/writer.hpp"

namespace atl::journal {
namespace fs = std::filesystem;
namespace {

std::optional<std::uint32_t> parse_number(std::string_view text) {
    std::uint32_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

std::optional<SegmentFile> parse_name(const fs::path& path) {
    if (path.extension() != ".atj") return std::nullopt;
    const std::string stem = path.stem().string();
    const std::size_t dash = stem.find('-');
    if (dash == std::string::npos) return std::nullopt;
    const auto incarnation = parse_number(std::string_view(stem).substr(0, dash));
    const auto rank = parse_number(std::string_view(stem).substr(dash + 1));
    if (!incarnation || !rank) return std::nullopt;
    return SegmentFile{.path = path, .incarnation = *incarnation, .rank = *rank};
}

}  // namespace

std::vector<SegmentFile> segment_files(const fs::path& run_directory) {
    std::vector<SegmentFile> files;
    std::error_code error;
    fs::directory_iterator entry(run_directory / "journal", error);
    if (error == std::errc::no_such_file_or_directory || error == std::errc::not_a_directory) return files;
    for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
        if (auto file = parse_name(entry->path())) files.push_back(std::move(*file));
    }
    if (error) {
        throw InfrastructureError(fmt::format("cannot list {}: {}; check the folder's permissions",
                                              (run_directory / "journal").string(), error.message()));
    }
    std::sort(files.begin(), files.end(), [](const SegmentFile& left, const SegmentFile& right) {
        return std::tie(left.incarnation, left.rank) < std::tie(right.incarnation, right.rank);
    });
    return files;
}

fs::path segment_path(const fs::path& run_directory, std::uint32_t incarnation, std::uint32_t rank) {
    return run_directory / "journal" / fmt::format("{}-{}.atj", incarnation, rank);
}

std::uint32_t next_incarnation(const fs::path& run_directory) {
    const std::vector<SegmentFile> files = segment_files(run_directory);
    return files.empty() ? 0 : files.back().incarnation + 1;
}

}  // namespace atl::journal
