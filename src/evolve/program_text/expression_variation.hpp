// SPDX-License-Identifier: Apache-2.0
// Random growth, mutation and crossover of typed expressions.
#pragma once

#include <optional>
#include <span>

#include "atoll/core/random.hpp"
#include "evolve/program_text/expression.hpp"

namespace atl::evolve::program_text {

/// No result has more nodes, nor more levels.
inline constexpr std::size_t max_expression_nodes = 40;
inline constexpr std::size_t max_expression_levels = 10;

/// What an expression may be made of.
struct Grammar {
    Dialect dialect;
    std::span<const Variable> variables;
};

/// A new tree of that type: "grow" of Koza (1992), at most `levels` deep and of at most `nodes` nodes (both at least 1;
/// a condition without condition variables takes 2 levels and 3 nodes).
Expression grow_expression(const Grammar& grammar, ValueType type, std::size_t levels, std::size_t nodes,
                           RandomStream& random);

/// One random change: a subtree grown anew, a node replaced by one of its type, a subtree in place of the whole
/// (shrink), a constant scaled, a node wrapped with a new operation or with `condition ? node : other`. Empty when the
/// change came to nothing or the result would be too large.
std::optional<Expression> mutate_expression(const Grammar& grammar, const Expression& parent, RandomStream& random);

/// A random subtree of `parent` replaced by one of the same type from `donor`. Variables that the grammar does not name
/// stay behind: such a subtree is not taken.
std::optional<Expression> cross_expression(const Grammar& grammar, const Expression& parent, const Expression& donor,
                                           RandomStream& random);

}  // namespace atl::evolve::program_text
