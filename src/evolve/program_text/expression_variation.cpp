// SPDX-License-Identifier: Apache-2.0
// Growth and variation, typed at every step: no result needs to be repaired.
#include "evolve/program_text/expression_variation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "atoll/core/number.hpp"
#include "evolve/program_text/literal.hpp"

namespace atl::evolve::program_text {
namespace {

/// Arithmetic is drawn this much more often than functions, as in the symbolic regression of the field.
std::size_t weight_of(NodeKind kind) {
    switch (kind) {
        case NodeKind::add:
        case NodeKind::subtract:
        case NodeKind::multiply:
        case NodeKind::divide:
        case NodeKind::less:
        case NodeKind::greater:
            return 4;
        case NodeKind::minimum:
        case NodeKind::maximum:
        case NodeKind::conditional:
        case NodeKind::less_equal:
        case NodeKind::greater_equal:
            return 2;
        default:
            return 1;
    }
}

std::size_t levels_of(const Expression& node) {
    std::size_t deepest = 0;
    for (const Expression& each : node.arguments) deepest = std::max(deepest, levels_of(each));
    return deepest + 1;
}

class Grower {
public:
    Grower(const Grammar& grammar, RandomStream& random) : grammar_(grammar), random_(random) {}

    Expression grow(ValueType type, std::size_t levels, std::size_t nodes, bool root) {
        const Operation* operation = nullptr;
        // a root that is a terminal would be no growth; below, a third ends early
        if (root || random_.uniform() > 1.0 / 3) operation = draw(type, levels, nodes);
        return operation == nullptr ? terminal(type) : build(*operation, levels, nodes);
    }

    Expression terminal(ValueType type) {
        const Variable* variable = draw_variable(type);
        if (type == ValueType::condition) {
            if (variable != nullptr) return {NodeKind::variable, type, variable->name, {}};
            const auto kind = random_.below(2) == 0 ? NodeKind::less : NodeKind::greater;
            return {kind, type, {}, {terminal(ValueType::number), terminal(ValueType::number)}};
        }
        if (variable != nullptr && random_.uniform() < 0.7) return {NodeKind::variable, type, variable->name, {}};
        return {NodeKind::literal, type, constant(), {}};
    }

    Expression build(const Operation& operation, std::size_t levels, std::size_t nodes) {
        Expression result{operation.kind, operation.result, {}, {}};
        std::size_t left = nodes - 1;
        for (std::size_t i = 0; i < operation.arguments.size(); ++i) {
            std::size_t later = 0;
            for (std::size_t k = i + 1; k < operation.arguments.size(); ++k) {
                later += least_nodes(operation.arguments[k]);
            }
            result.arguments.push_back(grow(operation.arguments[i], levels - 1, left - later, false));
            left -= count_nodes(result.arguments.back());
        }
        return result;
    }

    /// One of the operations of that result whose smallest tree fits.
    const Operation* draw(ValueType type, std::size_t levels, std::size_t nodes) {
        std::size_t total = 0;
        for (const Operation& each : operations()) {
            if (fits(each, type, levels, nodes)) total += weight_of(each.kind);
        }
        if (total == 0) return nullptr;
        std::uint64_t at = random_.below(total);
        for (const Operation& each : operations()) {
            if (!fits(each, type, levels, nodes)) continue;
            if (at < weight_of(each.kind)) return &each;
            at -= weight_of(each.kind);
        }
        return nullptr;
    }

    std::string constant() {
        constexpr std::array<double, 5> usual = {0, 1, 2, 0.5, 10};
        if (random_.below(3) == 0) return float_text(usual[random_.below(usual.size())]);
        const double magnitude = std::pow(10.0, random_.uniform(-3, 3));
        const double value = parse_number(fmt::format("{:.3g}", magnitude)).value_or(magnitude);
        return float_text(random_.below(4) == 0 ? -value : value);
    }

private:
    std::size_t least_nodes(ValueType type) const {
        return type == ValueType::condition && !has_variable(ValueType::condition) ? 3 : 1;
    }
    std::size_t least_levels(ValueType type) const { return least_nodes(type) == 3 ? 2 : 1; }

    bool fits(const Operation& operation, ValueType type, std::size_t levels, std::size_t nodes) const {
        if (operation.result != type || !grammar_.dialect.has(operation.kind)) return false;
        std::size_t need_nodes = 1;
        std::size_t need_levels = 0;
        for (const ValueType each : operation.arguments) {
            need_nodes += least_nodes(each);
            need_levels = std::max(need_levels, least_levels(each));
        }
        return need_nodes <= nodes && need_levels + 1 <= levels;
    }

    bool has_variable(ValueType type) const {
        return std::any_of(grammar_.variables.begin(), grammar_.variables.end(),
                           [&](const Variable& each) { return each.type == type; });
    }

    const Variable* draw_variable(ValueType type) {
        std::vector<const Variable*> fitting;
        for (const Variable& each : grammar_.variables) {
            if (each.type == type) fitting.push_back(&each);
        }
        return fitting.empty() ? nullptr : fitting[random_.below(fitting.size())];
    }

    const Grammar& grammar_;
    RandomStream& random_;
};

/// Replaces a node with another of the same signature, or a terminal with a terminal.
bool replace_node(const Grammar& grammar, Expression& node, RandomStream& random) {
    Grower grower(grammar, random);
    if (node.arguments.empty()) {
        node = grower.terminal(node.type);
        return true;
    }
    std::vector<NodeKind> others;
    std::span<const ValueType> signature;
    for (const Operation& each : operations()) {
        if (each.kind == node.kind) signature = each.arguments;
    }
    for (const Operation& each : operations()) {
        if (each.kind != node.kind && each.result == node.type && grammar.dialect.has(each.kind) &&
            std::equal(each.arguments.begin(), each.arguments.end(), signature.begin(), signature.end())) {
            others.push_back(each.kind);
        }
    }
    if (others.empty()) return false;
    node.kind = others[random.below(others.size())];
    return true;
}

bool scale_constant(Expression& root, const Grammar& grammar, RandomStream& random) {
    std::vector<Expression*> constants;
    for (Expression* each : nodes_of(root)) {
        if (each->kind == NodeKind::literal) constants.push_back(each);
    }
    if (constants.empty()) return false;
    Expression& constant = *constants[random.below(constants.size())];
    const bool negative = constant.text.starts_with("(-");
    const std::string_view digits = negative ? std::string_view(constant.text).substr(2, constant.text.size() - 3)
                                             : std::string_view(constant.text);
    const auto language =
        grammar.dialect.spelling == Spelling::cpp ? problems::Language::cpp : problems::Language::python;
    double value = 0;
    if (const auto real = float_value(digits, language)) {
        value = negative ? -*real : *real;
    } else if (const auto integer = integer_value(digits, language)) {
        value = static_cast<double>(integer->value);
    }
    const double width = std::pow(10.0, random.uniform(-2, 0.5));
    const double normal = random.normal();
    const double scaled = value == 0 ? width * normal : value * std::exp(width * normal);
    const double next = parse_number(fmt::format("{:.5g}", scaled)).value_or(value);
    if (!std::isfinite(next)) return false;
    constant.text = float_text(next);
    return true;
}

/// A number that the expression computes already, compared with a constant.
Expression threshold(Grower& grower, const Expression& whole, RandomStream& random) {
    std::vector<const Expression*> numbers;
    for (const Expression* each : nodes_of(whole)) {
        if (each->type == ValueType::number && each->kind != NodeKind::literal) numbers.push_back(each);
    }
    if (numbers.empty()) return grower.terminal(ValueType::condition);
    const NodeKind kind = random.below(2) == 0 ? NodeKind::less : NodeKind::greater;
    const Expression constant{NodeKind::literal, ValueType::number, grower.constant(), {}};
    return {kind, ValueType::condition, {}, {*numbers[random.below(numbers.size())], constant}};
}

/// The node, part of `whole`, becomes an argument of a new operation: of arithmetic, or of a choice by a new condition,
/// which is how thresholds are found.
void wrap(const Grammar& grammar, const Expression& whole, Expression& node, RandomStream& random) {
    Grower grower(grammar, random);
    constexpr std::size_t small = 5;
    const bool chosen = node.type == ValueType::number && random.below(2) == 0;
    Expression wrapped;
    if (chosen) {
        wrapped = {NodeKind::conditional, node.type, {}, {}};
        wrapped.arguments.push_back(random.below(2) == 0 ? threshold(grower, whole, random)
                                                         : grower.grow(ValueType::condition, 3, small, true));
        wrapped.arguments.push_back(node);
        wrapped.arguments.push_back(grower.grow(ValueType::number, 3, small, false));
        if (random.below(2) == 0) std::swap(wrapped.arguments[1], wrapped.arguments[2]);
    } else {
        const Operation* operation = grower.draw(node.type, 4, small + 2);
        if (operation == nullptr) return;
        wrapped = grower.build(*operation, 3, small + 2);
        std::vector<std::size_t> fitting;
        for (std::size_t i = 0; i < wrapped.arguments.size(); ++i) {
            if (wrapped.arguments[i].type == node.type) fitting.push_back(i);
        }
        if (fitting.empty()) return;
        wrapped.arguments[fitting[random.below(fitting.size())]] = node;
    }
    node = std::move(wrapped);
}

std::optional<Expression> within_limits(Expression result, const Expression& parent) {
    if (result == parent || count_nodes(result) > max_expression_nodes || levels_of(result) > max_expression_levels) {
        return std::nullopt;
    }
    return result;
}

}  // namespace

Expression grow_expression(const Grammar& grammar, ValueType type, std::size_t levels, std::size_t nodes,
                           RandomStream& random) {
    return Grower(grammar, random).grow(type, levels, nodes, true);
}

std::optional<Expression> mutate_expression(const Grammar& grammar, const Expression& parent, RandomStream& random) {
    constexpr std::size_t new_levels = 4;
    constexpr std::size_t new_nodes = 12;
    Expression child = parent;
    const std::vector<Expression*> nodes = nodes_of(child);
    Expression& node = *nodes[random.below(nodes.size())];
    switch (random.below(6)) {
        case 0:
            node = grow_expression(grammar, node.type, new_levels, new_nodes, random);
            break;
        case 1:
            if (!replace_node(grammar, node, random)) return std::nullopt;
            break;
        case 2: {  // shrink: the node gives way to a part of it
            std::vector<const Expression*> parts;
            for (const Expression* each : nodes_of(std::as_const(node))) {
                if (each != &node && each->type == node.type) parts.push_back(each);
            }
            if (parts.empty()) return std::nullopt;
            Expression part = *parts[random.below(parts.size())];
            node = std::move(part);
            break;
        }
        case 3:
        case 4:
            if (!scale_constant(child, grammar, random)) wrap(grammar, parent, node, random);
            break;
        default:
            wrap(grammar, parent, node, random);
    }
    return within_limits(std::move(child), parent);
}

std::optional<Expression> cross_expression(const Grammar& grammar, const Expression& parent, const Expression& donor,
                                           RandomStream& random) {
    const auto foreign = [&](const Expression* node) {
        return node->kind == NodeKind::variable &&
               std::find(grammar.variables.begin(), grammar.variables.end(), Variable{node->text, node->type}) ==
                   grammar.variables.end();
    };
    Expression child = parent;
    const std::vector<Expression*> nodes = nodes_of(child);
    Expression& node = *nodes[random.below(nodes.size())];
    std::vector<const Expression*> parts;
    for (const Expression* each : nodes_of(donor)) {
        if (each->type != node.type || *each == node) continue;
        const auto inner = nodes_of(*each);
        if (std::none_of(inner.begin(), inner.end(), foreign)) parts.push_back(each);
    }
    if (parts.empty()) return std::nullopt;
    node = *parts[random.below(parts.size())];
    return within_limits(std::move(child), parent);
}

}  // namespace atl::evolve::program_text
