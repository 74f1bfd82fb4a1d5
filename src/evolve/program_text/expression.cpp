// SPDX-License-Identifier: Apache-2.0
// The table of operations, and printing by precedence.
#include "evolve/program_text/expression.hpp"

#include <fmt/format.h>

#include <array>

namespace atl::evolve::program_text {
namespace {

constexpr ValueType number = ValueType::number;
constexpr ValueType condition = ValueType::condition;
constexpr std::array<ValueType, 2> two_numbers = {number, number};
constexpr std::array<ValueType, 2> two_conditions = {condition, condition};
constexpr std::array<ValueType, 3> choice = {condition, number, number};
constexpr std::span<const ValueType> one_number = std::span(two_numbers).first<1>();
constexpr std::span<const ValueType> one_condition = std::span(two_conditions).first<1>();

constexpr std::array<Operation, 23> table = {{
    {NodeKind::negate, number, one_number},
    {NodeKind::add, number, two_numbers},
    {NodeKind::subtract, number, two_numbers},
    {NodeKind::multiply, number, two_numbers},
    {NodeKind::divide, number, two_numbers},
    {NodeKind::minimum, number, two_numbers},
    {NodeKind::maximum, number, two_numbers},
    {NodeKind::absolute, number, one_number},
    {NodeKind::square_root, number, one_number},
    {NodeKind::exponential, number, one_number},
    {NodeKind::logarithm, number, one_number},
    {NodeKind::power, number, two_numbers},
    {NodeKind::floor, number, one_number},
    {NodeKind::conditional, number, choice},
    {NodeKind::less, condition, two_numbers},
    {NodeKind::less_equal, condition, two_numbers},
    {NodeKind::greater, condition, two_numbers},
    {NodeKind::greater_equal, condition, two_numbers},
    {NodeKind::equal, condition, two_numbers},
    {NodeKind::not_equal, condition, two_numbers},
    {NodeKind::logical_and, condition, two_conditions},
    {NodeKind::logical_or, condition, two_conditions},
    {NodeKind::logical_not, condition, one_condition},
}};

/// How tightly a spelling binds; an argument that binds less is put in parentheses.
enum Binding : int {
    conditional_binding = 1,
    or_binding,
    and_binding,
    not_binding,  // Python's `not`; C++'s '!' is a prefix
    comparison_binding,
    sum_binding,
    product_binding,
    prefix_binding,
    power_binding,
    primary_binding
};

struct Written {
    std::string text;
    int binding = primary_binding;
};

std::string at_least(const Written& argument, int binding) {
    return argument.binding >= binding ? argument.text : fmt::format("({})", argument.text);
}

class Printer {
public:
    explicit Printer(const Dialect& dialect) : dialect_(dialect) {}

    Written write(const Expression& node) const {
        switch (node.kind) {
            case NodeKind::literal:
            case NodeKind::variable:  // a literal with a sign brings its own parentheses
                return {node.text, primary_binding};
            case NodeKind::negate:
                return {fmt::format("-{}", not_signed(at_least(write(node.arguments[0]), prefix_binding))),
                        prefix_binding};
            case NodeKind::logical_not:
                return negation(node);
            case NodeKind::conditional:
                return choice_of(node);
            case NodeKind::power:
                if (is_python() && dialect_.spelling != Spelling::python_numpy) return python_power(node);
                return call(node);
            default:
                return is_binary(node.kind) ? binary(node) : call(node);
        }
    }

private:
    bool is_python() const { return dialect_.spelling != Spelling::cpp; }
    bool is_numpy() const { return dialect_.spelling == Spelling::python_numpy; }

    /// "--x" is another operator.
    static std::string not_signed(const std::string& text) {
        return text.starts_with('-') ? fmt::format("({})", text) : text;
    }

    bool is_binary(NodeKind kind) const {
        if (kind == NodeKind::logical_and || kind == NodeKind::logical_or) return !is_numpy();
        const bool compares = kind >= NodeKind::less && kind <= NodeKind::not_equal;
        return compares || (kind >= NodeKind::add && kind <= NodeKind::divide);
    }

    Written negation(const Expression& node) const {
        if (is_numpy()) return call(node);
        const Written argument = write(node.arguments[0]);
        if (is_python()) return {fmt::format("not {}", at_least(argument, not_binding)), not_binding};
        return {fmt::format("!{}", at_least(argument, prefix_binding)), prefix_binding};
    }

    Written choice_of(const Expression& node) const {
        if (is_numpy()) return call(node);
        const std::string condition_text = at_least(write(node.arguments[0]), or_binding);
        const std::string then_text = at_least(write(node.arguments[1]), or_binding);
        const std::string else_text = at_least(write(node.arguments[2]), conditional_binding);
        if (is_python()) {
            return {fmt::format("{} if {} else {}", then_text, condition_text, else_text), conditional_binding};
        }
        return {fmt::format("{} ? {} : {}", condition_text, then_text, else_text), conditional_binding};
    }

    /// Right-associative, and binds tighter than the sign before it.
    Written python_power(const Expression& node) const {
        return {fmt::format("{} ** {}", at_least(write(node.arguments[0]), primary_binding),
                            at_least(write(node.arguments[1]), prefix_binding)),
                power_binding};
    }

    Written binary(const Expression& node) const {
        const auto [symbol, binding] = symbol_of(node.kind);
        // comparisons do not chain: in Python a < b < c means something else
        const int left = binding == comparison_binding ? binding + 1 : binding;
        return {fmt::format("{} {} {}", at_least(write(node.arguments[0]), left), symbol,
                            at_least(write(node.arguments[1]), binding + 1)),
                binding};
    }

    std::pair<std::string_view, int> symbol_of(NodeKind kind) const {
        switch (kind) {
            case NodeKind::add:
                return {"+", sum_binding};
            case NodeKind::subtract:
                return {"-", sum_binding};
            case NodeKind::multiply:
                return {"*", product_binding};
            case NodeKind::divide:
                return {"/", product_binding};
            case NodeKind::less:
                return {"<", comparison_binding};
            case NodeKind::less_equal:
                return {"<=", comparison_binding};
            case NodeKind::greater:
                return {">", comparison_binding};
            case NodeKind::greater_equal:
                return {">=", comparison_binding};
            case NodeKind::equal:
                return {"==", comparison_binding};
            case NodeKind::not_equal:
                return {"!=", comparison_binding};
            case NodeKind::logical_and:
                return {is_python() ? "and" : "&&", and_binding};
            default:
                return {is_python() ? "or" : "||", or_binding};
        }
    }

    Written call(const Expression& node) const {
        std::string text = function_of(node.kind) + "(";
        for (std::size_t i = 0; i < node.arguments.size(); ++i) {
            text += (i > 0 ? ", " : "") + write(node.arguments[i]).text;
        }
        return {text + ")", primary_binding};
    }

    std::string function_of(NodeKind kind) const {
        const bool cpp = !is_python();
        const std::string prefix = dialect_.module.empty() ? "" : dialect_.module + ".";
        switch (kind) {
            case NodeKind::minimum:
                return cpp ? "fmin" : is_numpy() ? prefix + "minimum" : "min";
            case NodeKind::maximum:
                return cpp ? "fmax" : is_numpy() ? prefix + "maximum" : "max";
            case NodeKind::absolute:
                return cpp ? "fabs" : is_numpy() ? prefix + "abs" : "abs";
            case NodeKind::power:
                return cpp ? "pow" : prefix + "power";
            case NodeKind::conditional:
                return prefix + "where";
            case NodeKind::logical_and:
                return prefix + "logical_and";
            case NodeKind::logical_or:
                return prefix + "logical_or";
            case NodeKind::logical_not:
                return prefix + "logical_not";
            case NodeKind::square_root:
                return prefix + "sqrt";
            case NodeKind::exponential:
                return prefix + "exp";
            case NodeKind::logarithm:
                return prefix + "log";
            default:
                return prefix + "floor";
        }
    }

    const Dialect& dialect_;
};

template <typename Node>
void collect(Node& node, std::vector<Node*>& nodes) {
    nodes.push_back(&node);
    for (auto& argument : node.arguments) collect(argument, nodes);
}

}  // namespace

std::span<const Operation> operations() { return table; }

bool Dialect::has(NodeKind kind) const {
    if (spelling != Spelling::python) return true;
    return kind != NodeKind::square_root && kind != NodeKind::exponential && kind != NodeKind::logarithm &&
           kind != NodeKind::floor;
}

std::string print_expression(const Expression& expression, const Dialect& dialect) {
    return Printer(dialect).write(expression).text;
}

std::vector<Expression*> nodes_of(Expression& expression) {
    std::vector<Expression*> nodes;
    collect(expression, nodes);
    return nodes;
}

std::vector<const Expression*> nodes_of(const Expression& expression) {
    std::vector<const Expression*> nodes;
    collect(expression, nodes);
    return nodes;
}

std::size_t count_nodes(const Expression& expression) { return nodes_of(expression).size(); }

}  // namespace atl::evolve::program_text
