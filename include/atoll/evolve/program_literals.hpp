// SPDX-License-Identifier: Apache-2.0
// Numeric literals of a program as a parameter vector: programs that differ in literals alone share one structure.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "atoll/problems/language.hpp"

namespace atl::evolve {

inline constexpr std::size_t max_program_parameters = 256;

/// Bytes [begin, end) of the text.
struct LiteralPlace {
    std::size_t begin = 0;
    std::size_t end = 0;
};

/// `structure` is the text with each hoisted literal replaced by `(+atoll_parameters[i])`: the value of an array of
/// doubles, not a reference to it, so that it means what the literal meant to `auto&&` and templates.
struct Hoisted {
    std::string structure;
    std::vector<double> values;
    std::vector<LiteralPlace> places;  ///< in the text, ascending
};

/// The first max_program_parameters floating literals in the regions of a program's bytes (one text or a bundle).
/// A parenthesised literal with a sign, `(-0.5)`, is one literal. C++: literals of type double in function bodies,
/// except where a constant may be needed or a value be kept from one call to the next: statements with static,
/// constexpr, case and the like, constexpr functions, [ ], template arguments, arguments of the program's own macros,
/// and braced initializers of a program that uses float. When in doubt a literal stays. Python: every float literal.
Hoisted hoist_literals(std::string_view bytes, problems::Language language);

/// The text with these values in place of its hoisted literals, each as the shortest decimal that reads back as the
/// same bits; a literal whose value stays keeps its spelling. Hoisting the result gives the same structure and exactly
/// `values`. Throws InputError when there are more or fewer values than literals, or one is not finite.
std::string with_values(std::string_view bytes, std::span<const double> values, problems::Language language);

}  // namespace atl::evolve
