// SPDX-License-Identifier: Apache-2.0
// The operator "literal": numbers of a program, a few at a time.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "atoll/core/number.hpp"
#include "evolve/program_text/cpp_scopes.hpp"
#include "evolve/program_text/literal.hpp"
#include "evolve/program_text/operators.hpp"
#include "evolve/program_text/words.hpp"

namespace atl::evolve::program_text {
namespace {

/// Statements whose integers are labels, sizes or alignments.
constexpr std::array<std::string_view, 7> fixed_words = {"alignas",        "case",    "enum", "static_assert",
                                                         "_Static_assert", "typedef", "using"};

bool in_fixed_statement(const ProgramText& text, std::uint32_t statement, std::size_t i) {
    constexpr std::size_t words_looked_at = 32;
    for (std::size_t j = statement; j < std::min(i, statement + words_looked_at); ++j) {
        if (contains(fixed_words, text.word(j))) return true;
    }
    return false;
}

std::vector<std::size_t> cpp_numbers(const ProgramText& text) {
    std::vector<std::size_t> found;
    const CppScopes scopes = find_scopes(text);
    for (std::size_t i = 0; i < text.code().size(); ++i) {
        const CppToken& token = scopes.tokens[i];
        if (text.code()[i].kind != TokenKind::number || token.in_square || token.in_template) continue;
        if (text.word(i - 1) == "<" && text.word(i + 1) == ">") continue;
        if (text.varied(text.code()[i]) && !in_fixed_statement(text, token.statement, i)) found.push_back(i);
    }
    return found;
}

/// Brackets are a subscript when something stands before them.
bool is_subscript(const ProgramText& text, std::size_t opener) {
    if (opener == 0) return false;
    const Token& before = text.code()[opener - 1];
    if (before.kind == TokenKind::word) return !is_python_keyword(text.view(before));
    const std::string_view word = text.view(before);
    return before.kind == TokenKind::string || word == ")" || word == "]" || word == "}";
}

std::vector<std::size_t> python_numbers(const ProgramText& text) {
    std::vector<std::size_t> found;
    std::vector<bool> subscripts;  // of the open brackets
    for (std::size_t i = 0; i < text.code().size(); ++i) {
        const std::string_view word = text.word(i);
        if (word == "(" || word == "[" || word == "{") {
            subscripts.push_back(word == "[" && is_subscript(text, i));
        } else if ((word == ")" || word == "]" || word == "}") && !subscripts.empty()) {
            subscripts.pop_back();
        } else if (text.code()[i].kind == TokenKind::number && text.varied(text.code()[i])) {
            if (subscripts.empty() || !subscripts.back()) found.push_back(i);
        }
    }
    return found;
}

/// Six digits are enough for a guess and are easier to read; the tuner writes them all.
double rounded(double value) { return parse_number(fmt::format("{:.6g}", value)).value_or(value); }

double varied_float(double value, RandomStream& random) {
    const double width = std::pow(10.0, random.uniform(-2.5, 0.5));
    const double normal = random.normal();
    double next = value == 0 ? width * normal : value * std::exp(width * normal);
    if (random.uniform() < 0.1) next = -next;
    if (!std::isfinite(next)) return value;
    return rounded(next) == value ? next : rounded(next);
}

std::uint64_t varied_integer(std::uint64_t value, RandomStream& random) {
    switch (random.below(value > 1 ? 4 : 2)) {
        case 0:
            return value + 1;
        case 1:
            return value > 0 ? value - 1 : value + 1;
        case 2:
            return value * 2;
        default:
            return value / 2;
    }
}

}  // namespace

Child vary_literals(const ProgramText& parent, RandomStream& random) {
    std::vector<std::size_t> numbers =
        parent.language() == problems::Language::cpp ? cpp_numbers(parent) : python_numbers(parent);
    constexpr std::size_t most_at_once = 4;
    std::size_t wanted = random.below(2) == 0 ? 1 : 1 + random.below(most_at_once);
    std::vector<Edit> edits;
    while (wanted > 0 && !numbers.empty()) {
        const std::size_t pick = random.below(numbers.size());
        const std::size_t i = numbers[pick];
        numbers.erase(numbers.begin() + static_cast<std::ptrdiff_t>(pick));
        const Token& token = parent.code()[i];
        if (const auto literal = float_at(parent, i)) {
            edits.push_back({literal->place, float_text(parent, *literal, varied_float(literal->value, random))});
            --wanted;
        } else if (const auto integer = integer_value(parent.view(token), parent.language())) {
            edits.push_back({{token.begin, token.end},
                             fmt::format("{}{}", varied_integer(integer->value, random), integer->suffix)});
            --wanted;
        }
    }
    if (edits.empty()) return std::nullopt;
    return parent.edited(std::move(edits));
}

}  // namespace atl::evolve::program_text
