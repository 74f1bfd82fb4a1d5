// SPDX-License-Identifier: Apache-2.0
// Number tokens to values and back.
#include "evolve/program_text/literal.hpp"

#include <algorithm>
#include <cmath>

#include "atoll/core/number.hpp"
#include "evolve/program_text/token.hpp"
#include "evolve/program_text/words.hpp"

namespace atl::evolve::program_text {
namespace {

std::string without_separators(std::string_view number, problems::Language language) {
    std::string digits(number);
    std::erase(digits, language == problems::Language::cpp ? '\'' : '_');
    return digits;
}

}  // namespace

std::optional<double> float_value(std::string_view number, problems::Language language) {
    const std::string digits = without_separators(number, language);
    const bool hexadecimal = digits.starts_with("0x") || digits.starts_with("0X");
    if (hexadecimal && language == problems::Language::python) return std::nullopt;
    // a hexadecimal floating literal must have an exponent
    if (digits.find_first_of(hexadecimal ? "pP" : ".eE") == std::string::npos) return std::nullopt;
    return parse_number(digits);
}

std::optional<IntegerLiteral> integer_value(std::string_view number, problems::Language language) {
    constexpr std::size_t most_digits = 15;  // below 2^53
    const std::size_t length = static_cast<std::size_t>(
        std::find_if(number.begin(), number.end(), [](char c) { return !is_digit(c) && c != '\'' && c != '_'; }) -
        number.begin());
    const std::string_view suffix = number.substr(length);
    constexpr std::string_view suffix_letters = "uUlLzZ";
    const bool plain = std::all_of(suffix.begin(), suffix.end(), [&](char c) {
        return language == problems::Language::cpp && suffix_letters.find(c) != std::string_view::npos;
    });
    const std::string digits = without_separators(number.substr(0, length), language);
    const bool octal = digits.size() > 1 && digits.front() == '0';
    if (!plain || octal || digits.empty() || digits.size() > most_digits) return std::nullopt;
    IntegerLiteral literal{0, suffix};
    for (const char c : digits) {
        if (!is_digit(c)) return std::nullopt;
        literal.value = 10 * literal.value + static_cast<std::uint64_t>(c - '0');
    }
    return literal;
}

namespace {

bool is_keyword(std::string_view word, problems::Language language) {
    return language == problems::Language::cpp ? is_cpp_keyword(word) : is_python_keyword(word);
}

/// Whether an operand ends with this token: what comes next is an operator.
bool ends_operand(const ProgramText& text, std::size_t i) {
    const Token& token = text.code()[i];
    if (token.kind == TokenKind::word) return !is_keyword(text.view(token), text.language());
    return token.kind != TokenKind::punctuation || text.view(token) == "]";
}

/// Whether only an operand, a block or a call can begin with this token, none of which may follow a number.
bool begins_operand(const ProgramText& text, std::size_t i) {
    const Token& token = text.code()[i];
    const std::string_view word = text.view(token);
    if (token.kind == TokenKind::word) return !is_keyword(word, text.language());
    return token.kind != TokenKind::punctuation || word == "(" || word == "[" || word == "{";
}

/// Whether the number has neighbours that a program does not have, or would be read with what follows when another
/// stood in its place: "1.5.5", "1.5'x'". Then the text is none, and is left as it is.
bool misplaced(const ProgramText& text, std::size_t i) {
    if (!text.begins_line(i) && ends_operand(text, i - 1)) return true;
    if (!text.begins_line(i + 1) && begins_operand(text, i + 1)) return true;
    const std::uint32_t end = text.code()[i].end;
    const char next = end < text.bytes().size() ? text.bytes()[end] : ' ';
    return next == '.' || next == '\'';
}

}  // namespace

std::optional<FloatLiteral> float_at(const ProgramText& text, std::size_t i) {
    const std::vector<Token>& code = text.code();
    if (code[i].kind != TokenKind::number || !text.varied(code[i])) return std::nullopt;
    const std::optional<double> value = float_value(text.view(code[i]), text.language());
    if (!value || misplaced(text, i)) return std::nullopt;
    if (i >= 2 && i + 1 < code.size() && code[i - 2].end == code[i - 1].begin && code[i - 1].end == code[i].begin &&
        code[i].end == code[i + 1].begin && text.word(i - 2) == "(" && text.word(i + 1) == ")") {
        const Span place{code[i - 2].begin, code[i + 1].end};
        const std::string_view sign = text.word(i - 1);
        if ((sign == "-" || sign == "+") && text.region_of(place)) {
            return FloatLiteral{place, sign == "-" ? -*value : *value, true};
        }
    }
    return FloatLiteral{{code[i].begin, code[i].end}, *value, false};
}

std::string float_text(double value) {
    std::string text = shortest(std::abs(value));
    if (text.find_first_of(".e") == std::string::npos) text += ".0";
    return std::signbit(value) ? "(-" + text + ")" : text;
}

std::string float_text(const ProgramText& text, const FloatLiteral& literal, double value) {
    std::string plain = float_text(value);
    if (std::signbit(value)) return plain;
    // parentheses stay, they may be those of a call; and after "return.5" a digit would join the word before it
    const std::uint32_t begin = literal.place.begin;
    const char before = begin > 0 ? text.bytes()[begin - 1] : ' ';
    const bool joins = is_word_byte(before) || before == '.';
    return literal.parenthesised || joins ? "(+" + plain + ")" : plain;
}

}  // namespace atl::evolve::program_text
