// SPDX-License-Identifier: Apache-2.0
// Tokens of C++ and Python texts: every byte belongs to exactly one, so that the tokens in order are the text.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "atoll/problems/language.hpp"

namespace atl::evolve::program_text {

enum class TokenKind : std::uint8_t {
    space,        ///< white space; in C++ with line ends, in Python those inside brackets or after a backslash
    newline,      ///< Python: the end of a logical line
    comment,      ///< without the line end
    directive,    ///< C++: a preprocessor line with its continuations, without the line end
    word,         ///< identifier or keyword
    number,       ///< with suffix
    string,       ///< with prefix and quotes; a raw string, a triple-quoted one, an f-string are one token
    character,    ///< C++
    punctuation,  ///< longest match; also any byte that begins nothing else
};

/// Bytes [begin, end) of the text; a program has at most 1 MiB.
struct Token {
    TokenKind kind = TokenKind::space;
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
};

/// Appends the tokens of text[begin, end) with their places in the whole text. Never fails: what is left open ends at
/// the line's end (strings) or at `end` (comments, raw and triple-quoted strings).
void lex(std::string_view text, std::uint32_t begin, std::uint32_t end, problems::Language language,
         std::vector<Token>& tokens);

/// Letters, digits, underscore and the bytes of other scripts.
constexpr bool is_word_byte(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           static_cast<unsigned char>(c) >= 0x80;
}
constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_line_end(char c) { return c == '\n' || c == '\r'; }

}  // namespace atl::evolve::program_text
