// SPDX-License-Identifier: Apache-2.0
// Tokens of C++20, and the choice between the languages.
#include <array>
#include <string>

#include "evolve/program_text/lexer.hpp"

namespace atl::evolve::program_text {
namespace {

constexpr std::array<std::string_view, 26> operators = {"<<=", ">>=", "...", "->*", "<=>", "::", "->", "++", "--",
                                                        "<<",  ">>",  "<=",  ">=",  "==",  "!=", "&&", "||", "+=",
                                                        "-=",  "*=",  "/=",  "%=",  "&=",  "|=", "^=", "##"};

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\v' || c == '\f'; }

/// From the opening quote to behind the closing one, or to the line's end.
void skip_quoted(Cursor& cursor) {
    const char quote = cursor.peek();
    cursor.advance();
    while (!cursor.at_end() && cursor.line_end() == 0) {
        if (cursor.peek() == '\\') {
            const std::size_t splice = cursor.line_end(1);
            cursor.advance(splice > 0 ? 1 + splice : 2);
        } else if (cursor.peek() == quote) {
            return cursor.advance();
        } else {
            cursor.advance();
        }
    }
}

/// From the quote of R"delimiter( to behind )delimiter".
void skip_raw_string(Cursor& cursor) {
    constexpr std::size_t longest_delimiter = 16;
    std::string closing = ")";
    std::size_t ahead = 1;
    while (cursor.peek(ahead) != '(') {
        const char c = cursor.peek(ahead);
        const bool allowed = c != '\0' && c != ')' && c != '\\' && c != '"' && !is_blank(c) && !is_line_end(c);
        if (!allowed || ahead > longest_delimiter) return skip_quoted(cursor);  // malformed: an ordinary string
        closing += c;
        ++ahead;
    }
    closing += '"';
    cursor.advance(ahead + 1);
    cursor.skip_past(closing);
}

/// To the end of the line, over lines that end with a backslash.
void skip_line(Cursor& cursor) {
    while (!cursor.at_end() && cursor.line_end() == 0) {
        const std::size_t splice = cursor.peek() == '\\' ? cursor.line_end(1) : 0;
        cursor.advance(1 + splice);
    }
}

bool is_raw_prefix(std::string_view word) {
    return word == "R" || word == "u8R" || word == "uR" || word == "UR" || word == "LR";
}
bool is_prefix(std::string_view word) { return word == "u8" || word == "u" || word == "U" || word == "L"; }

void skip_directive(Cursor& cursor) {
    while (!cursor.at_end() && cursor.line_end() == 0) {
        if (cursor.next_is("/*")) {
            cursor.advance(2);
            cursor.skip_past("*/");
        } else if (cursor.next_is("//")) {
            return skip_line(cursor);
        } else if (cursor.peek() == '"') {
            skip_quoted(cursor);
        } else if (cursor.peek() == '\\' && cursor.line_end(1) > 0) {
            cursor.advance(1 + cursor.line_end(1));
        } else if (is_word_byte(cursor.peek())) {
            std::size_t length = 0;
            while (is_word_byte(cursor.peek(length))) ++length;
            const bool raw = cursor.peek(length) == '"' && cursor.peek(length - 1) == 'R' && length <= 3;
            cursor.advance(length);
            if (raw) skip_raw_string(cursor);
        } else {
            cursor.advance();
        }
    }
}

/// A preprocessing number: digits, letters, dots, separators, signs after an exponent letter.
void skip_number(Cursor& cursor) {
    while (!cursor.at_end()) {
        const char c = cursor.peek();
        const bool exponent = c == 'e' || c == 'E' || c == 'p' || c == 'P';
        if (exponent && (cursor.peek(1) == '+' || cursor.peek(1) == '-')) {
            cursor.advance(2);
        } else if (is_word_byte(c) || c == '.' || (c == '\'' && is_word_byte(cursor.peek(1)))) {
            cursor.advance();
        } else {
            return;
        }
    }
}

/// White space with line ends and splices; true when a line ended.
bool skip_space(Cursor& cursor) {
    bool ended = false;
    while (!cursor.at_end()) {
        if (is_blank(cursor.peek())) {
            cursor.advance();
        } else if (cursor.line_end() > 0) {
            cursor.advance(cursor.line_end());
            ended = true;
        } else if (cursor.peek() == '\\' && cursor.line_end(1) > 0) {
            cursor.advance(1 + cursor.line_end(1));
        } else {
            break;
        }
    }
    return ended;
}

}  // namespace

void lex_cpp(Cursor cursor) {
    bool line_begins = true;
    while (!cursor.at_end()) {
        const char c = cursor.peek();
        const bool spliced = c == '\\' && cursor.line_end(1) > 0;
        if (is_blank(c) || is_line_end(c) || spliced) {
            line_begins = skip_space(cursor) || line_begins;
            cursor.emit(TokenKind::space);
            continue;
        }
        if (cursor.next_is("//")) {
            skip_line(cursor);
            cursor.emit(TokenKind::comment);
            continue;
        }
        if (cursor.next_is("/*")) {
            cursor.advance(2);
            cursor.skip_past("*/");
            cursor.emit(TokenKind::comment);
            continue;
        }
        if (c == '#' && line_begins) {
            skip_directive(cursor);
            cursor.emit(TokenKind::directive);
            continue;
        }
        line_begins = false;
        if (is_digit(c) || (c == '.' && is_digit(cursor.peek(1)))) {
            skip_number(cursor);
            cursor.emit(TokenKind::number);
        } else if (is_word_byte(c)) {
            cursor.skip_word();
            const std::string_view word = cursor.taken();
            if (cursor.peek() == '"' && is_raw_prefix(word)) {
                skip_raw_string(cursor);
                cursor.emit(TokenKind::string);
            } else if ((cursor.peek() == '"' || cursor.peek() == '\'') && is_prefix(word)) {
                const TokenKind kind = cursor.peek() == '"' ? TokenKind::string : TokenKind::character;
                skip_quoted(cursor);
                cursor.emit(kind);
            } else {
                cursor.emit(TokenKind::word);
            }
        } else if (c == '"' || c == '\'') {
            skip_quoted(cursor);
            cursor.emit(c == '"' ? TokenKind::string : TokenKind::character);
        } else {
            cursor.skip_punctuation(operators);
            cursor.emit(TokenKind::punctuation);
        }
    }
}

void lex(std::string_view text, std::uint32_t begin, std::uint32_t end, problems::Language language,
         std::vector<Token>& tokens) {
    const Cursor cursor(text, begin, end, tokens);
    language == problems::Language::cpp ? lex_cpp(cursor) : lex_python(cursor);
}

}  // namespace atl::evolve::program_text
