// SPDX-License-Identifier: Apache-2.0
// Which literals may be parameters, and writing values back.
#include "atoll/evolve/program_literals.hpp"

#include <fmt/format.h>

#include <bit>
#include <cmath>
#include <utility>

#include "atoll/core/error.hpp"
#include "evolve/program_text/cpp_scopes.hpp"
#include "evolve/program_text/literal.hpp"

namespace atl::evolve {
namespace {

using problems::Language;
using program_text::CppScopes;
using program_text::CppToken;
using program_text::FloatLiteral;
using program_text::ProgramText;

bool uses_float(const ProgramText& text) {
    for (std::size_t i = 0; i < text.code().size(); ++i) {
        if (text.word(i) == "float") return true;
    }
    return false;
}

/// Whether the C++ literal at `i` is surely an ordinary value in an ordinary statement.
bool ordinary(const ProgramText& text, const CppScopes& scopes, std::size_t i, bool floats) {
    const CppToken& token = scopes.tokens[i];
    if (!token.in_function || token.constant || token.constant_integer || token.in_square || token.in_template)
        return false;
    if (token.in_initializer && floats) return false;  // narrowing from double is allowed to constants only
    if (i > 0 && text.word(i - 1) == "<" && text.word(i + 1) == ">") return false;  // a template argument
    return true;
}

std::vector<FloatLiteral> find_hoistable(const ProgramText& text) {
    std::vector<FloatLiteral> found;
    const bool cpp = text.language() == Language::cpp;
    const CppScopes scopes = cpp ? program_text::find_scopes(text) : CppScopes{};
    const bool floats = cpp && uses_float(text);
    for (std::size_t file = 0; file < text.files().size(); ++file) {
        if (cpp && !scopes.balanced[file]) continue;
        const program_text::Span code = text.files()[file].code;
        for (std::size_t i = code.begin; i < code.end && found.size() < max_program_parameters; ++i) {
            const auto literal = program_text::float_at(text, i);
            if (literal && (!cpp || ordinary(text, scopes, i, floats))) found.push_back(*literal);
        }
    }
    return found;
}

bool same_bits(double left, double right) {
    return std::bit_cast<std::uint64_t>(left) == std::bit_cast<std::uint64_t>(right);
}

}  // namespace

Hoisted hoist_literals(std::string_view bytes, Language language) {
    const ProgramText text(bytes, language);
    Hoisted hoisted;
    std::vector<program_text::Edit> edits;
    for (const FloatLiteral& literal : find_hoistable(text)) {
        edits.push_back({literal.place, fmt::format("(+atoll_parameters[{}])", hoisted.values.size())});
        hoisted.values.push_back(literal.value);
        hoisted.places.push_back({literal.place.begin, literal.place.end});
    }
    hoisted.structure = text.edited(std::move(edits));
    return hoisted;
}

std::string with_values(std::string_view bytes, std::span<const double> values, Language language) {
    const ProgramText text(bytes, language);
    const std::vector<FloatLiteral> literals = find_hoistable(text);
    if (literals.size() != values.size()) {
        throw InputError(fmt::format("the program has {} literals to set, but {} values were given", literals.size(),
                                     values.size()));
    }
    std::vector<program_text::Edit> edits;
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (!std::isfinite(values[i])) {
            throw InputError(
                fmt::format("value {} of {} is {}; a literal must be finite", i + 1, values.size(), values[i]));
        }
        if (!same_bits(values[i], literals[i].value)) {
            edits.push_back({literals[i].place, program_text::float_text(text, literals[i], values[i])});
        }
    }
    return text.edited(std::move(edits));
}

}  // namespace atl::evolve
