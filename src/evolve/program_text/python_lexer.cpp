// SPDX-License-Identifier: Apache-2.0
// Tokens of Python 3.
#include <algorithm>
#include <array>

#include "evolve/program_text/lexer.hpp"

namespace atl::evolve::program_text {
namespace {

constexpr std::array<std::string_view, 25> operators = {"**=", "//=", ">>=", "<<=", "...", ":=", "->", "**", "//",
                                                        "==",  "!=",  "<=",  ">=",  "<<",  ">>", "+=", "-=", "*=",
                                                        "/=",  "%=",  "&=",  "|=",  "^=",  "@=", "<>"};

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\f'; }

bool is_string_prefix(std::string_view word) {
    constexpr std::string_view letters = "rRbBuUfF";
    return word.size() <= 2 &&
           std::all_of(word.begin(), word.end(), [&](char c) { return letters.find(c) != std::string_view::npos; });
}

/// From the opening quotes to behind the closing ones; one without closing quotes ends with its line, or, with three
/// quotes, with the text.
void skip_string(Cursor& cursor) {
    const char quote = cursor.peek();
    const bool triple = cursor.peek(1) == quote && cursor.peek(2) == quote;
    cursor.advance(triple ? 3 : 1);
    while (!cursor.at_end()) {
        if (cursor.peek() == '\\') {
            const std::size_t splice = cursor.line_end(1);
            cursor.advance(splice > 0 ? 1 + splice : 2);
        } else if (!triple && cursor.line_end() > 0) {
            return;
        } else if (cursor.peek() == quote && !triple) {
            return cursor.advance();
        } else if (cursor.peek() == quote && cursor.peek(1) == quote && cursor.peek(2) == quote) {
            return cursor.advance(3);
        } else {
            cursor.advance();
        }
    }
}

void skip_digits(Cursor& cursor) {
    while (is_digit(cursor.peek()) || (cursor.peek() == '_' && is_digit(cursor.peek(1)))) cursor.advance();
}

void skip_number(Cursor& cursor) {
    const char second = cursor.peek(1);
    if (cursor.peek() == '0' && second != '\0' && std::string_view("xXoObB").find(second) != std::string_view::npos) {
        return cursor.skip_word();
    }
    skip_digits(cursor);
    if (cursor.peek() == '.') {
        cursor.advance();
        skip_digits(cursor);
    }
    if (cursor.peek() == 'e' || cursor.peek() == 'E') {
        const bool sign = cursor.peek(1) == '+' || cursor.peek(1) == '-';
        if (is_digit(cursor.peek(sign ? 2 : 1))) {
            cursor.advance(sign ? 2 : 1);
            skip_digits(cursor);
        }
    }
    if (cursor.peek() == 'j' || cursor.peek() == 'J') cursor.advance();
}

}  // namespace

void lex_python(Cursor cursor) {
    std::size_t depth = 0;  // of brackets
    while (!cursor.at_end()) {
        const char c = cursor.peek();
        if (is_blank(c) || (c == '\\' && cursor.line_end(1) > 0)) {
            cursor.advance(c == '\\' ? 1 + cursor.line_end(1) : 1);
            while (is_blank(cursor.peek())) cursor.advance();
            cursor.emit(TokenKind::space);
        } else if (cursor.line_end() > 0) {
            cursor.advance(cursor.line_end());
            cursor.emit(depth == 0 ? TokenKind::newline : TokenKind::space);
        } else if (c == '#') {
            while (!cursor.at_end() && cursor.line_end() == 0) cursor.advance();
            cursor.emit(TokenKind::comment);
        } else if (is_digit(c) || (c == '.' && is_digit(cursor.peek(1)))) {
            skip_number(cursor);
            cursor.emit(TokenKind::number);
        } else if (is_word_byte(c)) {
            cursor.skip_word();
            const bool quoted = cursor.peek() == '"' || cursor.peek() == '\'';
            const bool string = quoted && is_string_prefix(cursor.taken());
            if (string) skip_string(cursor);
            cursor.emit(string ? TokenKind::string : TokenKind::word);
        } else if (c == '"' || c == '\'') {
            skip_string(cursor);
            cursor.emit(TokenKind::string);
        } else {
            if (c == '(' || c == '[' || c == '{') ++depth;
            if ((c == ')' || c == ']' || c == '}') && depth > 0) --depth;
            cursor.skip_punctuation(operators);
            cursor.emit(TokenKind::punctuation);
        }
    }
}

}  // namespace atl::evolve::program_text
