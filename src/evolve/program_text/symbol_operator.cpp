// SPDX-License-Identifier: Apache-2.0
// The operator "operator": one symbol of an expression becomes another of its kind.
#include <array>
#include <span>
#include <utility>
#include <vector>

#include "evolve/program_text/cpp_scopes.hpp"
#include "evolve/program_text/operators.hpp"
#include "evolve/program_text/words.hpp"

namespace atl::evolve::program_text {
namespace {

using Words = std::span<const std::string_view>;

constexpr std::array<std::string_view, 4> arithmetic = {"+", "-", "*", "/"};
constexpr std::array<std::string_view, 6> comparisons = {"<", "<=", ">", ">=", "==", "!="};
constexpr std::array<std::string_view, 4> assignments = {"+=", "-=", "*=", "/="};
constexpr std::array<std::string_view, 2> cpp_logical = {"&&", "||"};
constexpr std::array<std::string_view, 2> word_logical = {"and", "or"};
constexpr std::array<std::array<std::string_view, 2>, 5> extremes = {
    {{"min", "max"}, {"fmin", "fmax"}, {"minimum", "maximum"}, {"argmin", "argmax"}, {"min_element", "max_element"}}};

struct Site {
    Span place;
    Words kind;
};

bool is_keyword(const ProgramText& text, std::string_view word) {
    return text.language() == problems::Language::cpp ? is_cpp_keyword(word) : is_python_keyword(word);
}

/// Whether both neighbours are operands, so that the token is a binary operator; strings have few operators.
bool is_binary(const ProgramText& text, std::size_t i) {
    if (i == 0 || i + 1 >= text.code().size()) return false;
    const Token& before = text.code()[i - 1];
    const Token& after = text.code()[i + 1];
    const std::string_view left = text.view(before);
    const std::string_view right = text.view(after);
    const bool ends = before.kind == TokenKind::number || left == ")" || left == "]" ||
                      (before.kind == TokenKind::word && !is_keyword(text, left));
    const bool begins = after.kind == TokenKind::number || right == "(" || right == "-" || right == "+" ||
                        right == "!" || right == "[" || right == "not" || right == "~" ||
                        (after.kind == TokenKind::word && !is_keyword(text, right));
    return ends && begins && !(right == "[" && text.language() == problems::Language::cpp);
}

Words kind_of(const ProgramText& text, std::size_t i) {
    const std::string_view word = text.word(i);
    if (text.code()[i].kind == TokenKind::word) {
        if (contains(word_logical, word)) return is_binary(text, i) ? Words(word_logical) : Words{};
        if (text.word(i + 1) != "(") return {};
        for (const auto& pair : extremes) {
            if (contains(pair, word)) return pair;
        }
        return {};
    }
    if (text.code()[i].kind != TokenKind::punctuation || !is_binary(text, i)) return {};
    if (contains(arithmetic, word)) return arithmetic;
    if (contains(comparisons, word)) return comparisons;
    if (contains(assignments, word)) return assignments;
    if (contains(cpp_logical, word)) return cpp_logical;
    return {};
}

/// Whether '*', '&&' at `i` belongs to a type: "T* p = ...", "for (T* p = ...", "auto&& x".
bool declares(const ProgramText& text, const CppScopes& scopes, std::size_t i) {
    if (text.word(i) != "*" && text.word(i) != "&&") return false;
    if (is_cpp_type(text.word(i - 1)) || i - 1 == scopes.tokens[i].statement) return true;
    const std::string_view before = text.word(i - 2);
    return before == "const" || before == "::" || (before == "(" && text.word(i - 3) == "for");
}

bool is_expression(const ProgramText& text, const CppScopes& scopes, std::size_t i) {
    const CppToken& token = scopes.tokens[i];
    if (!token.in_function || token.in_template || token.partner != no_token) return false;
    const std::uint32_t opener = token.opener;
    if (opener != no_token && opener > 0 && text.word(opener) == "(") {
        const std::string_view before = text.word(opener - 1);
        if (before == "]" && scopes.tokens[opener].in_function) return false;  // parameters of a lambda
    }
    return !declares(text, scopes, i);
}

}  // namespace

Child vary_operator(const ProgramText& parent, RandomStream& random) {
    const bool cpp = parent.language() == problems::Language::cpp;
    const CppScopes scopes = cpp ? find_scopes(parent) : CppScopes{};
    std::vector<Site> sites;
    for (std::size_t i = 0; i < parent.code().size(); ++i) {
        const Words kind = kind_of(parent, i);
        const Token& token = parent.code()[i];
        if (kind.empty() || !parent.varied(token) || (cpp && !is_expression(parent, scopes, i))) continue;
        sites.push_back({{token.begin, token.end}, kind});
    }
    if (sites.empty()) return std::nullopt;
    const Site& site = sites[random.below(sites.size())];
    std::size_t next = random.below(site.kind.size() - 1);
    if (site.kind[next] == parent.view(site.place)) next = site.kind.size() - 1;
    std::string text(site.kind[next]);
    const std::string_view after = parent.bytes().substr(site.place.end, 1);
    if (!after.empty() && std::string_view("+-*/=&").find(after) != std::string_view::npos) text += ' ';
    return parent.edited({{site.place, std::move(text)}});
}

}  // namespace atl::evolve::program_text
