// SPDX-License-Identifier: Apache-2.0
// Lines, indentation and places of statements.
#include "evolve/program_text/rewriting.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace atl::evolve::program_text {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t'; }

std::uint32_t line_begin(const ProgramText& text, std::uint32_t at) {
    while (at > 0 && text.bytes()[at - 1] != '\n') --at;
    return at;
}

/// The first token at or behind the place.
std::size_t token_at(const ProgramText& text, std::uint32_t place) {
    const std::vector<Token>& tokens = text.tokens();
    const auto found = std::lower_bound(tokens.begin(), tokens.end(), place,
                                        [](const Token& each, std::uint32_t at) { return each.begin < at; });
    return static_cast<std::size_t>(found - tokens.begin());
}

std::string_view line_end_of(const ProgramText& text) {
    return text.bytes().find("\r\n") == std::string_view::npos ? "\n" : "\r\n";
}

/// The whole line or lines of the statement, when nothing else stands on them and the region holds them.
std::optional<Span> own_lines(const ProgramText& text, const Statement& statement) {
    Span lines{line_begin(text, statement.text.begin), statement.text.end};
    const std::string_view bytes = text.bytes();
    for (std::uint32_t i = lines.begin; i < statement.text.begin; ++i) {
        if (!is_blank(bytes[i])) return std::nullopt;
    }
    while (lines.end < bytes.size() && (is_blank(bytes[lines.end]) || bytes[lines.end] == '\r')) ++lines.end;
    if (lines.end >= bytes.size() || bytes[lines.end] != '\n') return std::nullopt;
    ++lines.end;
    if (!text.region_of(lines)) return std::nullopt;
    return lines;
}

}  // namespace

std::string_view indent_of(const ProgramText& text, const Statement& statement) {
    const std::uint32_t begin = line_begin(text, statement.text.begin);
    std::uint32_t end = begin;
    while (end < statement.text.begin && is_blank(text.bytes()[end])) ++end;
    return text.view(Span{begin, end});
}

std::optional<std::string> text_for(const ProgramText& text, const Statement& statement, std::string_view indent) {
    const std::string_view old_indent = indent_of(text, statement);
    if (text.language() == problems::Language::cpp || old_indent == indent) {
        return std::string(text.view(statement.text));
    }
    std::string moved;
    const std::vector<Token>& tokens = text.tokens();
    bool line_begins = false;  // a line of its own, not one inside brackets or a string
    for (std::size_t i = token_at(text, statement.text.begin); i < tokens.size(); ++i) {
        const Token& token = tokens[i];
        if (token.begin >= statement.text.end) break;
        std::string_view part = text.view(token);
        if (line_begins && token.kind != TokenKind::newline) {
            const bool blanks = token.kind == TokenKind::space;
            const bool blank_line = blanks && i + 1 < tokens.size() && tokens[i + 1].kind != TokenKind::comment &&
                                    tokens[i + 1].kind < TokenKind::word;
            if (blanks && part.starts_with(old_indent)) {
                part.remove_prefix(old_indent.size());
            } else if (!blank_line && !(old_indent.empty() && !blanks)) {
                return std::nullopt;
            }
            moved += indent;
        }
        moved += part;
        line_begins = token.kind == TokenKind::newline;
    }
    return moved;
}

Edit removal(const ProgramText& text, const StatementTree& tree, const Statement& statement) {
    const bool python = text.language() == problems::Language::python;
    if (python && tree.blocks[statement.block].statements.size() == 1) return {statement.text, "pass"};
    if (python) {
        if (const auto lines = own_lines(text, statement)) return {*lines, ""};
        return {statement.text, "pass"};
    }
    // a label needs a statement behind it
    if (statement.code.begin > 0 && text.word(statement.code.begin - 1) == ":") return {statement.text, ";"};
    if (const auto lines = own_lines(text, statement)) return {*lines, ""};
    return {statement.text, ""};
}

Edit insertion_before(const ProgramText& text, const Statement& statement, std::string_view inserted) {
    return {{statement.text.begin, statement.text.begin},
            fmt::format("{}{}{}", inserted, line_end_of(text), indent_of(text, statement))};
}

Edit insertion_after(const ProgramText& text, const Statement& statement, std::string_view inserted) {
    return {{statement.text.end, statement.text.end},
            fmt::format("{}{}{}", line_end_of(text), indent_of(text, statement), inserted)};
}

std::vector<const Statement*> free_statements(const ProgramText& text, const StatementTree& tree) {
    std::vector<const Statement*> found;
    for (const Statement& each : tree.statements) {
        if (!each.fixed && text.region_of(each.text)) found.push_back(&each);
    }
    return found;
}

}  // namespace atl::evolve::program_text
