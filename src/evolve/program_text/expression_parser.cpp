// SPDX-License-Identifier: Apache-2.0
// Recursive descent over the grammar of slots, in the spellings of C++ and Python.
#include <algorithm>
#include <array>
#include <utility>

#include "evolve/program_text/expression.hpp"
#include "evolve/program_text/literal.hpp"
#include "evolve/program_text/words.hpp"

namespace atl::evolve::program_text {
namespace {

using problems::Language;

constexpr std::size_t most_nodes = 400;
constexpr int deepest = 60;

struct Function {
    std::string_view name;
    NodeKind kind;
};

/// After std::, math., np. and without any of them.
constexpr std::array<Function, 22> functions = {{
    {"fmin", NodeKind::minimum},
    {"fmax", NodeKind::maximum},
    {"min", NodeKind::minimum},
    {"max", NodeKind::maximum},
    {"minimum", NodeKind::minimum},
    {"maximum", NodeKind::maximum},
    {"fabs", NodeKind::absolute},
    {"abs", NodeKind::absolute},
    {"absolute", NodeKind::absolute},
    {"sqrt", NodeKind::square_root},
    {"exp", NodeKind::exponential},
    {"log", NodeKind::logarithm},
    {"pow", NodeKind::power},
    {"power", NodeKind::power},
    {"floor", NodeKind::floor},
    {"where", NodeKind::conditional},
    {"logical_and", NodeKind::logical_and},
    {"logical_or", NodeKind::logical_or},
    {"logical_not", NodeKind::logical_not},
    {"float_power", NodeKind::power},
    {"amin", NodeKind::minimum},
    {"amax", NodeKind::maximum},
}};

using Parsed = std::optional<Expression>;

const Operation& operation_of(NodeKind kind) {
    const auto all = operations();
    return *std::find_if(all.begin(), all.end(), [&](const Operation& each) { return each.kind == kind; });
}

/// Empty when an argument is missing or of another type.
Parsed node(NodeKind kind, std::vector<Parsed> arguments) {
    const Operation& operation = operation_of(kind);
    if (operation.arguments.size() != arguments.size()) return std::nullopt;
    Expression result{kind, operation.result, {}, {}};
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        if (!arguments[i] || arguments[i]->type != operation.arguments[i]) return std::nullopt;
        result.arguments.push_back(std::move(*arguments[i]));
    }
    return result;
}

class Parser {
public:
    Parser(std::string_view text, const Dialect& dialect, std::span<const Variable> variables)
        : text_(text),
          language_(dialect.spelling == Spelling::cpp ? Language::cpp : Language::python),
          variables_(variables) {
        std::vector<Token> tokens;
        // in brackets a line end is white space in Python too; a slot's text has none of its own
        lex(text, 0, static_cast<std::uint32_t>(text.size()), language_, tokens);
        for (const Token& token : tokens) {
            if (token.kind == TokenKind::directive) readable_ = false;
            if (token.kind >= TokenKind::word) tokens_.push_back(token);
        }
    }

    Parsed parse() {
        if (!readable_ || tokens_.empty() || tokens_.size() > most_nodes) return std::nullopt;
        Parsed whole = conditional();
        return at_ == tokens_.size() ? whole : std::nullopt;
    }

private:
    std::string_view peek(std::size_t ahead = 0) const {
        if (at_ + ahead >= tokens_.size()) return {};
        const Token& token = tokens_[at_ + ahead];
        return text_.substr(token.begin, token.end - token.begin);
    }
    bool take(std::string_view word) {
        if (peek() != word || word.empty()) return false;
        ++at_;
        return true;
    }
    bool cpp() const { return language_ == Language::cpp; }

    Parsed conditional() {
        if (++depth_ > deepest) return std::nullopt;
        Parsed first = disjunction();
        if (first && cpp() && take("?")) {
            Parsed then = conditional();
            if (!take(":")) return std::nullopt;
            first = node(NodeKind::conditional, {std::move(first), std::move(then), conditional()});
        } else if (first && !cpp() && take("if")) {
            Parsed condition = disjunction();
            if (!take("else")) return std::nullopt;
            first = node(NodeKind::conditional, {std::move(condition), std::move(first), conditional()});
        }
        --depth_;
        return first;
    }

    Parsed disjunction() {
        Parsed left = conjunction();
        while (left && (take("or") || (cpp() && take("||")))) {
            left = node(NodeKind::logical_or, {std::move(left), conjunction()});
        }
        return left;
    }

    Parsed conjunction() {
        Parsed left = cpp() ? comparison() : python_not();
        while (left && (take("and") || (cpp() && take("&&")))) {
            left = node(NodeKind::logical_and, {std::move(left), cpp() ? comparison() : python_not()});
        }
        return left;
    }

    Parsed python_not() {
        if (!take("not")) return comparison();
        if (++depth_ > deepest) return std::nullopt;
        Parsed result = node(NodeKind::logical_not, {python_not()});
        --depth_;
        return result;
    }

    /// At most one: chains mean something else in each language.
    Parsed comparison() {
        constexpr std::array<std::pair<std::string_view, NodeKind>, 6> symbols = {{{"<", NodeKind::less},
                                                                                   {"<=", NodeKind::less_equal},
                                                                                   {">", NodeKind::greater},
                                                                                   {">=", NodeKind::greater_equal},
                                                                                   {"==", NodeKind::equal},
                                                                                   {"!=", NodeKind::not_equal}}};
        Parsed left = sum();
        for (const auto& [symbol, kind] : symbols) {
            if (left && take(symbol)) return node(kind, {std::move(left), sum()});
        }
        return left;
    }

    Parsed sum() {
        Parsed left = product();
        while (left && (peek() == "+" || peek() == "-")) {
            const NodeKind kind = peek() == "+" ? NodeKind::add : NodeKind::subtract;
            ++at_;
            left = node(kind, {std::move(left), product()});
        }
        return left;
    }

    Parsed product() {
        Parsed left = prefix();
        while (left && (peek() == "*" || peek() == "/")) {
            const NodeKind kind = peek() == "*" ? NodeKind::multiply : NodeKind::divide;
            ++at_;
            left = node(kind, {std::move(left), prefix()});
        }
        return left;
    }

    Parsed prefix() {
        if (++depth_ > deepest) return std::nullopt;
        Parsed result;
        if (take("+")) {
            result = prefix();
            if (result && result->type != ValueType::number) return std::nullopt;
        } else if (take("-")) {
            result = node(NodeKind::negate, {prefix()});
        } else if (cpp() && (take("!") || take("not"))) {
            result = node(NodeKind::logical_not, {prefix()});
        } else {
            result = primary();
            if (result && !cpp() && take("**")) result = node(NodeKind::power, {std::move(result), prefix()});
        }
        --depth_;
        return result;
    }

    Parsed primary() {
        if (at_ >= tokens_.size()) return std::nullopt;
        const Token& token = tokens_[at_];
        if (token.kind == TokenKind::number) return literal();
        if (token.kind == TokenKind::word) return name();
        if (!take("(")) return std::nullopt;
        if (Parsed negative = signed_literal()) return negative;
        Parsed inner = conditional();
        return take(")") ? inner : std::nullopt;
    }

    Parsed literal() {
        const std::string_view spelling = peek();
        if (!float_value(spelling, language_) && !integer_value(spelling, language_)) return std::nullopt;
        ++at_;
        return Expression{NodeKind::literal, ValueType::number, std::string(spelling), {}};
    }

    /// "(-0.5)" is one literal.
    Parsed signed_literal() {
        if (peek() != "-" || peek(2) != ")" || !float_value(peek(1), language_)) return std::nullopt;
        std::string spelling = "(-" + std::string(peek(1)) + ")";
        at_ += 3;
        return Expression{NodeKind::literal, ValueType::number, std::move(spelling), {}};
    }

    Parsed name() {
        std::string qualified(peek());
        std::string_view last = peek();
        if (cpp() ? is_cpp_keyword(last) : is_python_keyword(last)) return std::nullopt;
        ++at_;
        while (peek() == "." || (cpp() && (peek() == "::" || peek() == "->"))) {
            if (at_ + 1 >= tokens_.size() || tokens_[at_ + 1].kind != TokenKind::word) return std::nullopt;
            qualified += peek();
            last = peek(1);
            qualified += last;
            at_ += 2;
        }
        if (peek() == "(") return call(qualified, last);
        if (peek() == "[" || peek() == "{" || (cpp() && peek() == "<" && is_type_argument())) return std::nullopt;
        const auto known = std::find_if(variables_.begin(), variables_.end(),
                                        [&](const Variable& each) { return each.name == qualified; });
        const ValueType type = known == variables_.end() ? ValueType::number : known->type;
        return Expression{NodeKind::variable, type, std::move(qualified), {}};
    }

    bool is_type_argument() const { return is_cpp_type(peek(1)); }

    /// Functions of the grammar, of the standard library or of a module.
    Parsed call(const std::string& qualified, std::string_view last) {
        const std::string_view module = std::string_view(qualified).substr(0, qualified.size() - last.size());
        const bool known_module = cpp() ? module.empty() || module == "std::"
                                        : module.empty() || module == "math." || module == "np." || module == "numpy.";
        const auto* function =
            std::find_if(functions.begin(), functions.end(), [&](const Function& each) { return each.name == last; });
        if (!known_module || function == functions.end()) return std::nullopt;
        take("(");
        std::vector<Parsed> arguments;
        do {
            arguments.push_back(conditional());
            if (!arguments.back()) return std::nullopt;
        } while (take(","));
        if (!take(")")) return std::nullopt;
        return node(function->kind, std::move(arguments));
    }

    std::string_view text_;
    Language language_;
    std::span<const Variable> variables_;
    std::vector<Token> tokens_;
    bool readable_ = true;
    std::size_t at_ = 0;
    int depth_ = 0;
};

}  // namespace

std::optional<Expression> parse_expression(std::string_view text, const Dialect& dialect,
                                           std::span<const Variable> variables) {
    return Parser(text, dialect, variables).parse();
}

}  // namespace atl::evolve::program_text
