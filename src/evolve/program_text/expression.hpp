// SPDX-License-Identifier: Apache-2.0
// Expressions as typed trees: what slots hold, read from text and written back with as few parentheses as mean the
// same.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "evolve/program_text/token.hpp"

namespace atl::evolve::program_text {

/// Two types, as in strongly typed genetic programming (Montana 1995).
enum class ValueType : std::uint8_t { number, condition };

enum class NodeKind : std::uint8_t {
    // of type number
    literal,   ///< `text` is its spelling
    variable,  ///< `text` is its name; numbers and conditions
    negate,
    add,
    subtract,
    multiply,
    divide,
    minimum,
    maximum,
    absolute,
    square_root,
    exponential,
    logarithm,
    power,
    floor,
    conditional,  ///< condition, then, else
    // of type condition
    less,
    less_equal,
    greater,
    greater_equal,
    equal,
    not_equal,
    logical_and,
    logical_or,
    logical_not,
};

/// Invariant: the arguments are as many and of the types that operation() of its kind names.
struct Expression {
    NodeKind kind = NodeKind::literal;
    ValueType type = ValueType::number;
    std::string text;
    std::vector<Expression> arguments;

    bool operator==(const Expression&) const = default;
};

/// What a kind takes and gives.
struct Operation {
    NodeKind kind;
    ValueType result;
    std::span<const ValueType> arguments;
};

/// All kinds but literals and variables, in the order of NodeKind.
std::span<const Operation> operations();

struct Variable {
    std::string name;
    ValueType type = ValueType::number;

    bool operator==(const Variable&) const = default;
};

/// How functions are spelled. C++: fmin, fabs, sqrt, ... Python: builtins and '**' only, those and math.sqrt, or
/// numpy's, which take arrays too (numpy.where instead of "a if c else b").
enum class Spelling : std::uint8_t { cpp, python, python_math, python_numpy };

struct Dialect {
    Spelling spelling = Spelling::cpp;
    std::string module;  ///< "math", "np"

    /// Whether the kind can be written.
    bool has(NodeKind kind) const;
};

/// Reads an expression of the grammar; any identifier is a variable, of the type in `variables` or a number. Spellings
/// of all dialects of the language are read. Empty when the text is anything else.
std::optional<Expression> parse_expression(std::string_view text, const Dialect& dialect,
                                           std::span<const Variable> variables);

std::string print_expression(const Expression& expression, const Dialect& dialect);

std::size_t count_nodes(const Expression& expression);

/// Every node in preorder, the root first; pointers into the given tree.
std::vector<Expression*> nodes_of(Expression& expression);
std::vector<const Expression*> nodes_of(const Expression& expression);

}  // namespace atl::evolve::program_text
