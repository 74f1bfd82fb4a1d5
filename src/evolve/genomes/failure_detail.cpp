// SPDX-License-Identifier: Apache-2.0
// Picking the lines that matter from what was printed.
#include "evolve/genomes/failure_detail.hpp"

#include <algorithm>
#include <cctype>
#include <vector>

#include "atoll/core/clean_text.hpp"
#include "evolve/program_text/lines.hpp"

namespace atl::evolve {
namespace {

constexpr std::size_t longest_line = 300;

bool is_of_path(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '.' || c == '+' || c == '-' || c == '/';
}

/// "ccXXXXXX.o", a name that the compiler draws anew each time.
bool is_temporary(std::string_view name) { return name.size() == 10 && name.starts_with("cc") && name.ends_with(".o"); }

/// Paths as the names of their files, typographic quotes as plain ones, at most longest_line bytes.
std::string plain(std::string_view line) {
    std::string kept;
    for (std::size_t i = 0; i < line.size();) {
        const bool quote = line.substr(i).starts_with("\xE2\x80\x98") || line.substr(i).starts_with("\xE2\x80\x99");
        if (quote) {
            kept += '\'';
            i += 3;
        } else if (line[i] == '/' && (i == 0 || !is_of_path(line[i - 1]))) {
            std::size_t end = i;
            while (end < line.size() && is_of_path(line[end])) ++end;
            const std::string_view path = line.substr(i, end - i);
            const std::string_view name = path.substr(path.rfind('/') + 1);
            const bool folders = path.find('/', 1) != std::string_view::npos;
            kept += !folders ? path : is_temporary(name) ? std::string_view("program.o") : name;
            i = end;
        } else {
            kept += line[i++];
        }
    }
    return clean_text(kept, longest_line);
}

bool names_error(std::string_view line) {
    return line.find("error:") != std::string_view::npos ||
           line.find("undefined reference") != std::string_view::npos ||
           line.find("multiple definition") != std::string_view::npos;
}

bool is_indented(std::string_view line) { return line.starts_with(' ') || line.starts_with('\t'); }

/// "ValueError: text", "KeyboardInterrupt".
bool is_exception(std::string_view line) {
    const std::size_t end = line.find(':');
    const std::string_view name = line.substr(0, end);
    return !name.empty() && std::isalpha(static_cast<unsigned char>(name.front())) != 0 &&
           std::all_of(name.begin(), name.end(),
                       [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '.'; });
}

}  // namespace

std::string with_diagnostics(const std::string& line, std::string_view diagnostics) {
    const std::vector<std::string_view> lines = lines_of(diagnostics);
    const auto first = std::find_if(lines.begin(), lines.end(), names_error);
    std::string text = line;
    std::size_t added = 0;
    for (auto each = first == lines.end() ? first : first + 1; each != lines.end(); ++each) {
        if (each->starts_with("collect2:")) continue;
        const std::string shown = plain(*each);
        added += shown.size() + 1;
        if (added > failure_detail_bytes) break;
        text += "\n" + shown;
    }
    return text;
}

std::string with_traceback(const std::string& line, std::string_view output) {
    const std::vector<std::string_view> lines = lines_of(output);
    for (std::size_t i = lines.size(); i-- > 1;) {
        if (!is_exception(lines[i]) || !is_indented(lines[i - 1])) continue;
        std::string places;
        for (std::size_t j = i; j-- > 0 && is_indented(lines[j]);) {
            const std::string shown = plain(lines[j]);
            if (places.size() + shown.size() + 1 > failure_detail_bytes) break;
            places.insert(0, "\n" + shown);
        }
        return plain(lines[i]) + places;
    }
    return line;
}

}  // namespace atl::evolve
