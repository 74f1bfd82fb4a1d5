// SPDX-License-Identifier: Apache-2.0
// Reading the two notations for changes.
#include "evolve/model/change_blocks.hpp"

#include <charconv>

#include "evolve/model/code_text.hpp"
#include "evolve/model/file_names.hpp"

namespace atl::evolve::model {
namespace {

enum class Sign : std::uint8_t { none, search, divider, replace };

/// A line of five to nine equal signs, and what may stand behind them.
Sign sign_of(std::string_view line) {
    line = trimmed(line);
    if (line.empty()) return Sign::none;
    const char sign = line.front();
    if (sign != '<' && sign != '=' && sign != '>') return Sign::none;
    std::size_t count = line.find_first_not_of(sign);
    if (count == std::string_view::npos) count = line.size();
    if (count < 5 || count > 9) return Sign::none;
    const std::string_view word = trimmed(line.substr(count));
    if (word.size() > 40 || word.find_first_of(";{}()") != std::string_view::npos) return Sign::none;
    if (sign == '<') return Sign::search;
    if (sign == '>') return Sign::replace;
    return word.empty() || word.starts_with("REPLACE") || word.starts_with("=") ? Sign::divider : Sign::none;
}

bool is_fence(std::string_view line) {
    line = trimmed(line);
    return line.starts_with("```") || line.starts_with("~~~");
}

void drop_fences(std::vector<std::string>& lines) {
    while (!lines.empty() && is_fence(lines.front())) lines.erase(lines.begin());
    while (!lines.empty() && is_fence(lines.back())) lines.pop_back();
}

}  // namespace

std::vector<ChangeBlock> search_replace_blocks(std::string_view reply, problems::Language language) {
    std::vector<ChangeBlock> blocks;
    std::string file;
    enum class Part : std::uint8_t { outside, search, replace } part = Part::outside;
    const auto begin = [&](std::string_view line) {
        blocks.emplace_back();
        const std::string named = file_name_in(line, language);
        blocks.back().file = named.empty() ? file : named;
        blocks.back().divided = false;
        part = Part::search;
    };
    for (const std::string_view line : lines_of(reply)) {
        const Sign sign = sign_of(line);
        if (sign == Sign::search) {
            begin(line);
        } else if (part == Part::outside) {
            const std::string named = file_name_in(line, language);
            if (!named.empty()) file = named;
        } else if (sign == Sign::divider && part == Part::search) {
            blocks.back().divided = true;
            part = Part::replace;
        } else if (sign == Sign::replace) {
            part = Part::outside;
        } else if (part == Part::search) {
            blocks.back().search.emplace_back(line);
        } else if (is_fence(line) && !blocks.back().replace.empty()) {
            blocks.back().replace.emplace_back(line);
            part = Part::outside;  // the marker at its end is missing
        } else {
            blocks.back().replace.emplace_back(line);
        }
    }
    for (ChangeBlock& block : blocks) {
        drop_fences(block.search);
        drop_fences(block.replace);
    }
    return blocks;
}

std::vector<ChangeBlock> unified_hunks(std::string_view reply, problems::Language language) {
    std::vector<ChangeBlock> hunks;
    std::string file;
    bool inside = false;
    for (const std::string_view line : lines_of(reply)) {
        if (line.starts_with("--- ") || line.starts_with("+++ ")) {
            const std::string named = file_name_in(line, language);
            if (!named.empty()) file = named;
            inside = false;
        } else if (line.starts_with("@@")) {
            hunks.emplace_back();
            hunks.back().file = file;
            hunks.back().exact = true;
            inside = true;
            const std::size_t minus = line.find('-');
            if (minus != std::string_view::npos) {
                std::from_chars(line.data() + minus + 1, line.data() + line.size(), hunks.back().line);
            }
        } else if (inside) {
            const char first = line.empty() ? ' ' : line.front();
            const std::string rest(line.empty() ? line : line.substr(1));
            if (first == '\\') continue;  // "\ No newline at end of file"
            inside = first == ' ' || first == '+' || first == '-';
            if (inside && first != '+') hunks.back().search.push_back(rest);
            if (inside && first != '-') hunks.back().replace.push_back(rest);
        }
    }
    return hunks;
}

}  // namespace atl::evolve::model
