// SPDX-License-Identifier: Apache-2.0
// Words that end like files, and the nearest file.
#include "evolve/model/file_names.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <span>

#include "atoll/core/clean_text.hpp"
#include "atoll/core/nearest.hpp"

namespace atl::evolve::model {
namespace {

constexpr std::size_t longest_shown = 60;

bool is_of_name(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
           c == '.';
}

std::string lower(std::string_view text) {
    std::string result;
    for (const char c : text) result += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return result;
}

std::vector<std::string> names_of_files(const std::vector<RegionFile>& files) {
    std::vector<std::string> names;
    names.reserve(files.size());
    for (const RegionFile& each : files) names.push_back(each.name);
    return names;
}

}  // namespace

std::string file_name_in(std::string_view text, problems::Language language) {
    static constexpr std::array<std::string_view, 6> cpp = {".cpp", ".hpp", ".h", ".cc", ".cxx", ".c"};
    static constexpr std::array<std::string_view, 1> python = {".py"};
    const std::span<const std::string_view> endings =
        language == problems::Language::cpp ? std::span<const std::string_view>(cpp) : python;
    std::size_t at = 0;
    while (at < text.size()) {
        if (!is_of_name(text[at])) {
            ++at;
            continue;
        }
        std::size_t end = at;
        while (end < text.size() && is_of_name(text[end])) ++end;
        std::string_view word = text.substr(at, end - at);
        while (word.ends_with('.')) word.remove_suffix(1);
        const bool ends = std::any_of(endings.begin(), endings.end(), [&](std::string_view each) {
            return word.size() > each.size() && word.ends_with(each);
        });
        if (ends) return std::string(word);
        at = end;
    }
    return {};
}

std::optional<std::size_t> file_named(const std::vector<RegionFile>& files, std::string_view name) {
    if (files.size() == 1) return 0;
    for (std::size_t i = 0; i < files.size(); ++i) {
        if (lower(files[i].name) == lower(name)) return i;
    }
    const auto nearest = nearest_name(name, names_of_files(files));
    if (!nearest) return std::nullopt;
    for (std::size_t i = 0; i < files.size(); ++i) {
        if (files[i].name == *nearest) return i;
    }
    return std::nullopt;
}

std::string no_such_file(const std::vector<RegionFile>& files, std::string_view name) {
    return fmt::format("the program has no file '{}'; its files are {}", clean_text(name, longest_shown),
                       fmt::join(names_of_files(files), ", "));
}

}  // namespace atl::evolve::model
