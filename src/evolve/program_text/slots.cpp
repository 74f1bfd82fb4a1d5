// SPDX-License-Identifier: Apache-2.0
// Slots by their comments, and how the program spells functions.
#include "evolve/program_text/slots.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "evolve/program_text/words.hpp"

namespace atl::evolve::program_text {
namespace {

using problems::Language;

constexpr std::string_view mark = "atoll:expr(";
constexpr std::array<std::string_view, 9> assignments = {"=", "+=", "-=", "*=", "/=", "%=", "**=", "//=", "@="};

/// A name, or names with dots between.
bool is_name(std::string_view text) {
    bool begins = true;
    for (const char c : text) {
        if (begins ? !is_word_byte(c) || is_digit(c) : !is_word_byte(c) && c != '.') return false;
        begins = c == '.';
    }
    return !begins;
}

/// The list of a slot's comment; empty when the comment is none, or its list can not be read.
std::optional<std::vector<Variable>> variables_of(std::string_view comment) {
    const std::size_t begin = comment.find(mark);
    if (begin == std::string_view::npos) return std::nullopt;
    const std::size_t end = comment.find(')', begin);
    if (end == std::string_view::npos) return std::nullopt;
    std::string_view list = comment.substr(begin + mark.size(), end - begin - mark.size());
    std::vector<Variable> variables;
    while (!list.empty()) {
        const std::size_t comma = std::min(list.find(','), list.size());
        std::string_view item = list.substr(0, comma);
        list.remove_prefix(std::min(comma + 1, list.size()));
        const auto trim = [&item] {
            while (!item.empty() && (item.front() == ' ' || item.front() == '\t')) item.remove_prefix(1);
            while (!item.empty() && (item.back() == ' ' || item.back() == '\t')) item.remove_suffix(1);
        };
        trim();
        Variable variable;
        for (const auto& [word, type] : {std::pair{std::string_view("number "), ValueType::number},
                                         std::pair{std::string_view("condition "), ValueType::condition}}) {
            if (!item.starts_with(word)) continue;
            item.remove_prefix(word.size());
            variable.type = type;
            trim();
        }
        if (!is_name(item)) return std::nullopt;
        variable.name = item;
        variables.push_back(std::move(variable));
    }
    return variables;
}

/// The module's name after `import numpy as NAME`; empty when it is not imported.
std::string imported_name(const ProgramText& text, const SourceFile& file, std::string_view module) {
    for (std::size_t i = file.code.begin; i + 1 < file.code.end; ++i) {
        if (text.word(i) != "import" || text.word(i + 1) != module) continue;
        if (i > file.code.begin && text.word(i - 2) == "from") continue;
        return std::string(text.word(i + 2) == "as" ? text.word(i + 3) : module);
    }
    return {};
}

/// numpy's functions take numbers and arrays; math's and builtins are taken where the slot uses them, or there is
/// nothing else.
Dialect dialect_of(const ProgramText& text, const SourceFile& file, std::string_view expression) {
    if (text.language() == Language::cpp) return {Spelling::cpp, {}};
    const std::string numpy = imported_name(text, file, "numpy");
    const std::string math = imported_name(text, file, "math");
    const auto uses = [&](const std::string& module) {
        return !module.empty() && expression.find(module + ".") != std::string_view::npos;
    };
    const bool scalar = expression.find(" if ") != std::string_view::npos;
    if (uses(math) || (!math.empty() && !uses(numpy) && scalar)) return {Spelling::python_math, math};
    if (!numpy.empty() && (uses(numpy) || !scalar)) return {Spelling::python_numpy, numpy};
    return math.empty() ? Dialect{Spelling::python, {}} : Dialect{Spelling::python_math, math};
}

/// The code tokens [first, last) of the expression after the comment.
std::pair<std::size_t, std::size_t> cpp_expression(const ProgramText& text, const Token& comment) {
    const std::vector<Token>& code = text.code();
    const auto after = std::lower_bound(code.begin(), code.end(), comment.end,
                                        [](const Token& token, std::uint32_t end) { return token.begin < end; });
    const auto first = static_cast<std::size_t>(after - code.begin());
    std::size_t depth = 0;
    for (std::size_t i = first; i < code.size(); ++i) {
        const std::string_view word = text.word(i);
        const bool closes = word == ")" || word == "]" || word == "}";
        if (depth == 0 && (closes || word == ";" || word == ",")) return {first, i};
        if (word == "(" || word == "[" || word == "{") ++depth;
        if (closes) --depth;
    }
    return {first, first};
}

/// The code tokens [first, last) before the comment that end its logical line.
std::pair<std::size_t, std::size_t> python_expression(const ProgramText& text, std::uint32_t line_begin,
                                                      const Token& comment) {
    const std::vector<Token>& code = text.code();
    const auto index_at = [&](std::uint32_t place) {
        return static_cast<std::size_t>(
            std::lower_bound(code.begin(), code.end(), place,
                             [](const Token& token, std::uint32_t begin) { return token.begin < begin; }) -
            code.begin());
    };
    const std::size_t begin = index_at(line_begin);
    const std::size_t last = index_at(comment.begin);
    std::size_t first = last;
    std::size_t depth = 0;
    for (std::size_t i = begin; i < last; ++i) {
        const std::string_view word = text.word(i);
        if (word == "(" || word == "[" || word == "{") ++depth;
        if (word == ")" || word == "]" || word == "}") {
            if (depth == 0) return {last, last};
            --depth;
        }
        if (depth > 0) continue;
        if (word == ";") return {last, last};
        if (contains(assignments, word) || word == "return") first = i + 1;
    }
    return depth == 0 ? std::pair{first, last} : std::pair{last, last};
}

}  // namespace

std::vector<Slot> find_slots(const ProgramText& text) {
    std::vector<Slot> slots;
    std::uint32_t line_begin = 0;  // Python's logical line
    std::size_t file = 0;
    for (const Token& token : text.tokens()) {
        while (file + 1 < text.files().size() && token.begin >= text.files()[file].text.end) ++file;
        line_begin = std::max(line_begin, text.files()[file].text.begin);
        if (token.kind == TokenKind::newline) line_begin = token.end;
        if (token.kind != TokenKind::comment) continue;
        auto variables = variables_of(text.view(token));
        if (!variables) continue;
        const auto [first, last] =
            text.language() == Language::cpp ? cpp_expression(text, token) : python_expression(text, line_begin, token);
        if (first >= last) continue;
        const Span place{text.code()[first].begin, text.code()[last - 1].end};
        const auto region = text.region_of(place);
        if (!region || region != text.region_of({token.begin, token.end})) continue;
        if (!slots.empty() && slots.back().place.end > place.begin) continue;  // a slot in a slot
        Slot slot{place, dialect_of(text, text.files()[file], text.view(place)), std::move(*variables), {}};
        slot.expression = parse_expression(text.view(place), slot.dialect, slot.variables);
        slots.push_back(std::move(slot));
    }
    return slots;
}

}  // namespace atl::evolve::program_text
