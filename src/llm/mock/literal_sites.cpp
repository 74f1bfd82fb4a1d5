// SPDX-License-Identifier: Apache-2.0
// A scanner that knows comments, strings, names and numbers, and nothing else of a language.
#include "llm/mock/literal_sites.hpp"

#include <algorithm>
#include <cctype>
#include <string>

namespace atl::llm::mock {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

std::size_t digits_from(std::string_view text, std::size_t at) {
    while (at < text.size() && is_digit(text[at])) ++at;
    return at;
}

/// A plain decimal, or a plain integer from 100 up of at most 15 digits.
bool may_change(std::string_view number) {
    std::size_t at = digits_from(number, 0);
    if (at == number.size()) return at >= 3 && at <= 15 && number.front() != '0';
    if (number[at] == '.') at = digits_from(number, at + 1);
    if (at < number.size() && (number[at] == 'e' || number[at] == 'E')) {
        ++at;
        if (at < number.size() && (number[at] == '+' || number[at] == '-')) ++at;
        const std::size_t exponent = at;
        at = digits_from(number, at);
        if (at == exponent) return false;
    }
    return at == number.size();
}

class LineScanner {
public:
    explicit LineScanner(bool python) : python_(python) {}

    template <typename Found>
    void scan(std::string_view line, Found found) {
        std::size_t at = 0;
        while (at < line.size()) {
            if (!open_.empty()) {
                at = skip_to_end_of_open(line, at);
            } else if (starts_comment(line.substr(at))) {
                return;
            } else if (const std::string_view opened = opening(line.substr(at)); !opened.empty()) {
                open_ = opened == "/*" ? "*/" : opened;
                at += opened.size();
            } else if (line[at] == '"' || line[at] == '\'') {
                at = after_string(line, at);
            } else if (is_digit(line[at])) {
                const std::size_t end = after_number(line, at);
                if (may_change(line.substr(at, end - at))) found(at, end);
                at = end;
            } else if (is_word(line[at]) || line[at] == '.') {  // ".5" and "a.5" are left alone
                ++at;
                while (at < line.size() && is_word(line[at])) ++at;
            } else {
                ++at;
            }
        }
    }

private:
    /// '#' opens a comment in Python, and in C a line that is the preprocessor's.
    bool starts_comment(std::string_view rest) const {
        return rest.front() == '#' || (!python_ && rest.starts_with("//"));
    }

    std::string_view opening(std::string_view rest) const {
        for (const std::string_view mark : {"\"\"\"", "'''"}) {
            if (python_ && rest.starts_with(mark)) return mark;
        }
        return !python_ && rest.starts_with("/*") ? "/*" : "";
    }

    std::size_t skip_to_end_of_open(std::string_view line, std::size_t at) {
        const auto end = line.find(open_, at);
        if (end == std::string_view::npos) return line.size();
        at = end + open_.size();
        open_ = {};
        return at;
    }

    static std::size_t after_string(std::string_view line, std::size_t at) {
        const char quote = line[at++];
        while (at < line.size() && line[at] != quote) at += line[at] == '\\' ? 2 : 1;
        return std::min(at + 1, line.size());
    }

    /// Suffixes, digit separators and hexadecimal digits included.
    std::size_t after_number(std::string_view line, std::size_t at) const {
        const bool hexadecimal = line.substr(at).starts_with("0x");
        for (; at < line.size(); ++at) {
            const char c = line[at];
            const bool sign = (c == '+' || c == '-') && !hexadecimal && (line[at - 1] == 'e' || line[at - 1] == 'E');
            const bool separator = c == '\'' && !python_;
            if (!is_word(c) && c != '.' && !separator && !sign) break;
        }
        return at;
    }

    bool python_;
    std::string_view open_;  ///< what ends the docstring or block comment that this is in; empty: in none
};

bool has(std::string_view line, std::string_view mark) { return line.find(mark) != std::string_view::npos; }

}  // namespace

std::vector<bool> editable_lines(const std::vector<std::string_view>& lines) {
    const auto starts = [](std::string_view line) { return has(line, "EVOLVE-BLOCK-START"); };
    bool inside = std::none_of(lines.begin(), lines.end(), starts);
    std::vector<bool> editable;
    editable.reserve(lines.size());
    for (const std::string_view line : lines) {
        const bool ends = has(line, "EVOLVE-BLOCK-END");
        if (ends) inside = false;
        editable.push_back(inside);
        if (!ends && starts(line)) {
            inside = true;
            editable.back() = false;
        }
    }
    return editable;
}

std::vector<LiteralSite> literal_sites(const std::vector<std::string_view>& lines, const std::vector<bool>& editable,
                                       bool python) {
    std::vector<LiteralSite> sites;
    LineScanner scanner(python);
    for (std::size_t i = 0; i < lines.size(); ++i) {
        scanner.scan(lines[i], [&](std::size_t begin, std::size_t end) {
            if (editable[i]) sites.push_back({i, begin, end});
        });
    }
    return sites;
}

}  // namespace atl::llm::mock
