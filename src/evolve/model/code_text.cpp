// SPDX-License-Identifier: Apache-2.0
// Definitions, lines and indentation of code that may be incomplete.
#include "evolve/model/code_text.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <optional>

#include "evolve/program_text/program_text.hpp"
#include "evolve/program_text/words.hpp"

namespace atl::evolve::model {
namespace {

using problems::Language;
using program_text::Token;
using program_text::TokenKind;

constexpr std::string_view blanks = " \t";

std::vector<Token> tokens_of(std::string_view code, Language language) {
    std::vector<Token> tokens;
    program_text::lex(code, 0, static_cast<std::uint32_t>(code.size()), language, tokens);
    return tokens;
}

bool is_code(const Token& token) { return token.kind >= TokenKind::word; }

/// The outermost definitions of C++: one walk, statement by statement.
class CppWalk {
public:
    explicit CppWalk(std::string_view code) : code_(code) {
        for (const Token& token : tokens_of(code, Language::cpp)) {
            if (is_code(token)) tokens_.push_back(token);
        }
    }

    std::vector<Definition> run() {
        std::size_t statement = 0;
        for (std::size_t i = 0; i < tokens_.size(); ++i) {
            const std::string_view word = view(i);
            if (word == ";" || word == "}") {  // a '}' here ends a namespace
                statement = i + 1;
            } else if (word == "{") {
                if (is_namespace(statement, i)) {
                    statement = i + 1;
                    continue;
                }
                const std::size_t last = partner(i);
                const std::size_t name = name_index(statement, i);
                if (name != none) add(statement, name, last);
                if (name != none || last == tokens_.size() || view(last + 1) != ";") statement = last + 1;
                i = last;
            }
        }
        return std::move(found_);
    }

private:
    static constexpr std::size_t none = std::numeric_limits<std::size_t>::max();

    std::string_view view(std::size_t i) const {
        return i < tokens_.size() ? code_.substr(tokens_[i].begin, tokens_[i].end - tokens_[i].begin)
                                  : std::string_view{};
    }

    std::size_t partner(std::size_t open) const {
        std::size_t depth = 0;
        for (std::size_t i = open; i < tokens_.size(); ++i) {
            if (view(i) == "{") ++depth;
            if (view(i) == "}" && --depth == 0) return i;
        }
        return tokens_.size();
    }

    bool is_namespace(std::size_t first, std::size_t brace) const {
        for (std::size_t i = first; i < brace; ++i) {
            if (view(i) == "namespace") return true;
        }
        return brace >= 2 && brace - first <= 2 && view(brace - 2) == "extern";
    }

    /// Of what the braces at `brace` are the body of; none when they are an initializer or nothing known.
    std::size_t name_index(std::size_t first, std::size_t brace) const {
        for (std::size_t i = first; i < brace; ++i) {
            const std::string_view word = view(i);
            if (word == "=") {
                const bool callable = i + 1 < brace && view(i + 1) == "[";
                return callable && i > first && tokens_[i - 1].kind == TokenKind::word ? i - 1 : none;
            }
            if (word == "(" && i > first && tokens_[i - 1].kind == TokenKind::word) {
                const bool control = program_text::is_cpp_keyword(view(i - 1));
                if (control) return none;
                return i - 1;
            }
        }
        for (std::size_t i = first; i + 1 < brace; ++i) {
            if (view(i) == "struct" || view(i) == "class" || view(i) == "enum" || view(i) == "union") {
                std::size_t name = i + 1;
                if (view(name) == "class" || view(name) == "struct") ++name;
                return name < brace && tokens_[name].kind == TokenKind::word ? name : none;
            }
        }
        return none;
    }

    /// Lines before a definition's own that are words about it: a type or a template's head has no empty line and no
    /// signs of sentences.
    static bool is_said(std::string_view lines) {
        const std::vector<std::string_view> all = lines_of(lines);
        return lines.find_first_of(".!?'\"") != std::string_view::npos ||
               std::any_of(all.begin(), all.end(), [](std::string_view line) { return is_blank(line); });
    }

    void add(std::size_t first, std::size_t name, std::size_t last) {
        std::size_t begin = tokens_[first].begin;
        const std::size_t line = line_begin(code_, tokens_[name].begin);
        if (line > begin && is_said(code_.substr(begin, line - begin))) begin = line;
        std::size_t end = last < tokens_.size() ? tokens_[last].end : code_.size();
        if (last < tokens_.size() && view(last + 1) == ";") end = tokens_[last + 1].end;
        found_.push_back({std::string(view(name)), begin, end});
    }

    std::string_view code_;
    std::vector<Token> tokens_;
    std::vector<Definition> found_;
};

struct LogicalLine {
    std::size_t begin = 0;  ///< of its line
    std::size_t column = 0;
    std::size_t first = 0;  ///< code token
    std::size_t end = 0;    ///< behind its last code token
};

std::vector<Definition> python_definitions(std::string_view code) {
    std::vector<Token> tokens;
    std::vector<LogicalLine> lines;
    bool begins = true;
    for (const Token& token : tokens_of(code, Language::python)) {
        if (token.kind == TokenKind::newline) begins = true;
        if (!is_code(token)) continue;
        if (begins) {
            const std::size_t line = line_begin(code, token.begin);
            lines.push_back({line, token.begin - line, tokens.size(), 0});
        }
        begins = false;
        tokens.push_back(token);
        lines.back().end = token.end;
    }
    std::size_t leftmost = std::numeric_limits<std::size_t>::max();
    for (const LogicalLine& line : lines) leftmost = std::min(leftmost, line.column);
    const auto word = [&](std::size_t i) {
        return i < tokens.size() ? code.substr(tokens[i].begin, tokens[i].end - tokens[i].begin) : std::string_view{};
    };
    std::vector<Definition> found;
    constexpr std::size_t nowhere = std::string_view::npos;
    std::size_t decorated = nowhere;  // the first decorator of what comes
    for (std::size_t i = 0; i < lines.size(); ++i) {
        if (lines[i].column != leftmost) continue;
        std::size_t first = lines[i].first;
        if (word(first) == "@") {
            if (decorated == nowhere) decorated = lines[i].begin;
            continue;
        }
        if (word(first) == "async") ++first;
        if (word(first) == "def" || word(first) == "class") {
            std::size_t last = i;
            while (last + 1 < lines.size() && lines[last + 1].column > leftmost) ++last;
            const std::size_t begin = decorated == nowhere ? lines[i].begin : decorated;
            found.push_back({std::string(word(first + 1)), begin, line_end(code, lines[last].end)});
        }
        decorated = nowhere;
    }
    return found;
}

}  // namespace

std::vector<Definition> definitions(std::string_view code, Language language) {
    return language == Language::cpp ? CppWalk(code).run() : python_definitions(code);
}

std::vector<std::string> names_of(const std::vector<Definition>& found) {
    std::vector<std::string> names;
    for (const Definition& each : found) {
        if (std::find(names.begin(), names.end(), each.name) == names.end()) names.push_back(each.name);
    }
    return names;
}

bool same_code(std::string_view left, std::string_view right, Language language) {
    const auto parts = [language](std::string_view code) {
        std::vector<std::string_view> all;
        bool begins = true;
        for (const Token& token : tokens_of(code, language)) {
            if (token.kind == TokenKind::newline) begins = true;
            if (token.kind < TokenKind::directive) continue;
            if (begins && language == Language::python) {
                all.emplace_back("\n");
                const std::size_t line = line_begin(code, token.begin);
                all.push_back(code.substr(line, token.begin - line));
            }
            begins = false;
            all.push_back(trimmed(code.substr(token.begin, token.end - token.begin)));
        }
        return all;
    };
    return left == right || parts(left) == parts(right);
}

bool is_closed(std::string_view code, Language language) {
    std::string open;
    for (const Token& token : tokens_of(code, language)) {
        const std::string_view text = code.substr(token.begin, token.end - token.begin);
        if (token.kind == TokenKind::comment && text.starts_with("/*") && (text.size() < 4 || !text.ends_with("*/"))) {
            return false;
        }
        if (token.kind == TokenKind::string && token.end == code.size()) {
            const std::size_t quote = text.find_first_of("\"'");
            if (quote == std::string_view::npos || text.size() < quote + 2 || text.back() != text[quote]) return false;
        }
        if (token.kind != TokenKind::punctuation || text.size() != 1) continue;
        constexpr std::string_view opening = "([{", closing = ")]}";
        if (opening.find(text) != std::string_view::npos) open += text;
        const std::size_t kind = closing.find(text);
        if (kind == std::string_view::npos) continue;
        if (open.empty() || open.back() != opening[kind]) return false;
        open.pop_back();
    }
    return open.empty();
}

std::string_view trimmed(std::string_view text) {
    const std::size_t first = text.find_first_not_of(" \t\r\n\f\v");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t\r\n\f\v") - first + 1);
}

bool is_blank(std::string_view text) { return trimmed(text).empty(); }

std::size_t line_begin(std::string_view text, std::size_t place) {
    const std::size_t feed = place == 0 ? std::string_view::npos : text.rfind('\n', place - 1);
    return feed == std::string_view::npos ? 0 : feed + 1;
}

std::size_t line_end(std::string_view text, std::size_t place) {
    const std::size_t feed = text.find('\n', place);
    return feed == std::string_view::npos ? text.size() : feed + 1;
}

std::string_view indentation_of(std::string_view code) {
    std::optional<std::string_view> least;
    for (const std::string_view line : lines_of(code)) {
        if (is_blank(line)) continue;
        const std::string_view own = line.substr(0, line.find_first_not_of(blanks));
        if (!least || own.size() < least->size()) least = own;
    }
    return least.value_or(std::string_view{});
}

std::string indented(std::string_view code, std::string_view indentation) {
    const std::size_t own = indentation_of(code).size();
    std::string result;
    for (const std::string_view line : lines_of(code)) {
        if (!is_blank(line)) {
            result += indentation;
            result += line.substr(own);
        }
        result += '\n';
    }
    return result;
}

std::string with_line_feeds(std::string_view text) {
    std::string result;
    result.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '\r') {
            result += text[i];
        } else if (i + 1 == text.size() || text[i + 1] != '\n') {
            result += '\n';
        }
    }
    return result;
}

}  // namespace atl::evolve::model
