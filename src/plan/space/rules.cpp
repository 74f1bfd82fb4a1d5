// SPDX-License-Identifier: Apache-2.0
// The rule language: a recursive-descent parser into a stack program, and its evaluation.
#include "atoll/plan/rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <utility>

#include "atoll/core/error.hpp"
#include "atoll/core/nearest.hpp"
#include "atoll/core/toml.hpp"

namespace atl::plan {

namespace {

enum class Operation : std::uint8_t {
    number,
    variable,
    add,
    subtract,
    multiply,
    divide,
    modulo,
    equal,
    unequal,
    less,
    at_most,
    greater,
    at_least,
    both,
    either,
    negate,
    minus,
    ceiling,
    floor,
    minimum,
    maximum,
};

/// A program never needs more room on the stack: the parser refuses deeper expressions.
constexpr std::size_t most_depth = 64;

/// Words for the values of axes that are no numbers.
constexpr std::array<std::pair<std::string_view, double>, 14> words{{
    {"true", 1},
    {"false", 0},
    {"gpipe", static_cast<double>(Schedule::gpipe)},
    {"one_f_one_b", static_cast<double>(Schedule::one_f_one_b)},
    {"interleaved", static_cast<double>(Schedule::interleaved)},
    {"zero_bubble", static_cast<double>(Schedule::zero_bubble)},
    {"none", static_cast<double>(Recompute::none)},
    {"selective", static_cast<double>(Recompute::selective)},
    {"full", static_cast<double>(Recompute::full)},
    {"uniform", static_cast<double>(RecomputeMethod::uniform)},
    {"block", static_cast<double>(RecomputeMethod::block)},
    {"bf16", static_cast<double>(Precision::bf16)},
    {"fp8", static_cast<double>(Precision::fp8)},
    {"infinity", HUGE_VAL},
}};

struct Binary {
    std::string_view text;
    Operation operation;
    int level;  ///< binds tighter the higher it is
};

constexpr std::array binaries{
    Binary{"||", Operation::either, 1},  Binary{"or", Operation::either, 1},   Binary{"&&", Operation::both, 2},
    Binary{"and", Operation::both, 2},   Binary{"==", Operation::equal, 3},    Binary{"!=", Operation::unequal, 3},
    Binary{"<=", Operation::at_most, 3}, Binary{">=", Operation::at_least, 3}, Binary{"<", Operation::less, 3},
    Binary{">", Operation::greater, 3},  Binary{"+", Operation::add, 4},       Binary{"-", Operation::subtract, 4},
    Binary{"*", Operation::multiply, 5}, Binary{"/", Operation::divide, 5},    Binary{"%", Operation::modulo, 5},
};
constexpr int tightest = 5;

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

double binary(Operation operation, double left, double right) {
    switch (operation) {
        case Operation::add:
            return left + right;
        case Operation::subtract:
            return left - right;
        case Operation::multiply:
            return left * right;
        case Operation::divide:
            return left / right;
        case Operation::modulo:
            return std::fmod(left, right);
        case Operation::equal:
            return left == right ? 1 : 0;
        case Operation::unequal:
            return left != right ? 1 : 0;
        case Operation::less:
            return left < right ? 1 : 0;
        case Operation::at_most:
            return left <= right ? 1 : 0;
        case Operation::greater:
            return left > right ? 1 : 0;
        case Operation::at_least:
            return left >= right ? 1 : 0;
        case Operation::both:
            return left != 0 && right != 0 ? 1 : 0;
        case Operation::either:
            return left != 0 || right != 0 ? 1 : 0;
        case Operation::minimum:
            return std::min(left, right);
        default:
            return std::max(left, right);
    }
}

double unary(Operation operation, double value) {
    switch (operation) {
        case Operation::negate:
            return value == 0 ? 1 : 0;
        case Operation::minus:
            return -value;
        case Operation::ceiling:
            return std::ceil(value);
        default:
            return std::floor(value);
    }
}

bool is_unary(Operation operation) {
    return operation == Operation::negate || operation == Operation::minus || operation == Operation::ceiling ||
           operation == Operation::floor;
}

}  // namespace

/// Invariant: what has been parsed leaves exactly one value on the stack and never needs more than most_depth.
class RuleParser {
public:
    RuleParser(const RuleText& rule, std::vector<RuleInstruction>& program)
        : rule_(rule), text_(rule.expression), program_(program) {}

    void run() {
        expression(1);
        skip_blanks();
        if (at_ < text_.size()) refuse("an operator or the end is expected");
    }

private:
    [[noreturn]] void refuse(const std::string& why) const {
        throw InputError(fmt::format("{}: rule '{}', character {}: {}\n    {}\n    {}^", rule_.place, rule_.name,
                                     at_ + 1, why, text_, std::string(at_, ' ')));
    }

    void skip_blanks() {
        while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n')) ++at_;
    }

    std::string_view name_here() const {
        std::size_t end = at_;
        while (end < text_.size() && (is_letter(text_[end]) || (end > at_ && is_digit(text_[end])))) ++end;
        return text_.substr(at_, end - at_);
    }

    const Binary* binary_here() {
        skip_blanks();
        for (const Binary& one : binaries) {
            if (is_letter(one.text.front()) ? name_here() == one.text : text_.substr(at_).starts_with(one.text))
                return &one;
        }
        return nullptr;
    }

    void emit(Operation operation, std::uint32_t variable = 0, double number = 0) {
        program_.push_back({static_cast<std::uint8_t>(operation), variable, number});
    }

    void expression(int level) {
        if (++depth_ > most_depth) refuse("the expression is nested too deeply");
        if (level > tightest) {
            operand();
        } else {
            expression(level + 1);
            for (const Binary* one = binary_here(); one != nullptr && one->level == level; one = binary_here()) {
                at_ += one->text.size();
                expression(level + 1);
                emit(one->operation);
            }
        }
        --depth_;
    }

    void operand() {
        skip_blanks();
        if (at_ >= text_.size()) refuse("a value is expected");
        const char c = text_[at_];
        if (c == '(') {
            ++at_;
            expression(1);
            close();
        } else if (c == '!' || c == '-') {
            ++at_;
            nested_operand();
            emit(c == '!' ? Operation::negate : Operation::minus);
        } else if (is_digit(c) || c == '.') {
            number();
        } else if (c == '$') {
            ++at_;
            variable(name_here());
        } else if (is_letter(c)) {
            word(name_here());
        } else {
            refuse("a value is expected");
        }
    }

    void nested_operand() {
        if (++depth_ > most_depth) refuse("the expression is nested too deeply");
        operand();
        --depth_;
    }

    void close() {
        skip_blanks();
        if (at_ >= text_.size() || text_[at_] != ')') refuse("')' is expected");
        ++at_;
    }

    void number() {
        double value = 0;
        const auto [end, error] = std::from_chars(text_.data() + at_, text_.data() + text_.size(), value);
        if (error != std::errc()) refuse("this is no number");
        at_ = static_cast<std::size_t>(end - text_.data());
        emit(Operation::number, 0, value);
    }

    void variable(std::string_view name) {
        const auto& names = RuleVariables::names();
        const auto found = std::find(names.begin(), names.end(), name);
        if (found == names.end()) {
            refuse(fmt::format("there is no parameter '{}'{}", name, did_you_mean(name, names)));
        }
        at_ += name.size();
        emit(Operation::variable, static_cast<std::uint32_t>(found - names.begin()));
    }

    void word(std::string_view name) {
        if (name == "not") {
            at_ += name.size();
            nested_operand();
            emit(Operation::negate);
            return;
        }
        for (const auto& [function, operation] : {std::pair{"ceil", Operation::ceiling},
                                                  {"floor", Operation::floor},
                                                  {"min", Operation::minimum},
                                                  {"max", Operation::maximum}}) {
            if (name == function) {
                call(name, operation);
                return;
            }
        }
        for (const auto& [known, value] : words) {
            if (name == known) {
                at_ += name.size();
                emit(Operation::number, 0, value);
                return;
            }
        }
        variable(name);
    }

    void call(std::string_view name, Operation operation) {
        at_ += name.size();
        skip_blanks();
        if (at_ >= text_.size() || text_[at_] != '(') refuse(fmt::format("'(' is expected after {}", name));
        ++at_;
        expression(1);
        if (!is_unary(operation)) {
            skip_blanks();
            if (at_ >= text_.size() || text_[at_] != ',') refuse(fmt::format("{} takes two values", name));
            ++at_;
            expression(1);
        }
        close();
        emit(operation);
    }

    const RuleText& rule_;
    std::string_view text_;
    std::vector<RuleInstruction>& program_;
    std::size_t at_ = 0;
    std::size_t depth_ = 0;
};

std::vector<RuleText> parse_rules(std::string_view toml, std::string_view file_name) {
    std::vector<RuleText> rules;
    for (const toml_text::Entry& entry : toml_text::parse(toml, file_name)) {
        const auto refuse = [&](const std::string& why) {
            throw InputError(fmt::format("{}:{}:{}: {}", file_name, entry.line, entry.column, why));
        };
        if (entry.key == "rule") continue;
        if (!entry.key.starts_with("rule.")) refuse("only tables [rule.NAME] are known here, not '" + entry.key + "'");
        const std::string path = entry.key.substr(5);
        const std::size_t dot = path.find('.');
        if (dot == std::string::npos) {
            rules.push_back(
                {.name = path, .expression = "", .why = "", .place = fmt::format("{}:{}", file_name, entry.line)});
            continue;
        }
        const std::string key = path.substr(dot + 1);
        const auto* text = std::get_if<std::string>(&entry.value);
        const std::vector<std::string> keys{"drop_if", "why"};
        if (key != "drop_if" && key != "why") refuse(fmt::format("unknown key '{}'{}", key, did_you_mean(key, keys)));
        if (text == nullptr) refuse(fmt::format("'{}' must be a string", key));
        RuleText& rule = rules.back();
        (key == "why" ? rule.why : rule.expression) = *text;
        if (key == "drop_if") rule.place = fmt::format("{}:{}", file_name, entry.line);
    }
    for (const RuleText& rule : rules) {
        if (rule.expression.empty())
            throw InputError(fmt::format("{}: rule '{}' has no 'drop_if'", rule.place, rule.name));
    }
    return rules;
}

RuleFilter::RuleFilter(std::vector<RuleText> rules) : rules_(std::move(rules)) {
    for (const RuleText& rule : rules_) {
        RuleParser(rule, programs_.emplace_back()).run();
        AxisSet& read = reads_.emplace_back();
        for (const RuleInstruction& one : programs_.back()) {
            if (one.operation == static_cast<std::uint8_t>(Operation::variable))
                read = read | RuleVariables::axes(one.variable);
        }
    }
}

[[noreturn]] static void refuse_no_value(const RuleText& rule) {
    throw InputError(
        fmt::format("{}: rule '{}' has no value for some plans: it divides 0 by 0 or takes the remainder of a "
                    "division by 0",
                    rule.place, rule.name));
}

bool RuleFilter::drops(std::size_t rule, const RuleVariables& variables) const {
    std::array<double, most_depth * 2> stack;  // NOLINT(cppcoreguidelines-pro-type-member-init): each is written first
    std::size_t top = 0;
    for (const RuleInstruction& one : programs_[rule]) {
        const auto operation = static_cast<Operation>(one.operation);
        if (operation == Operation::number) {
            stack[top++] = one.number;
        } else if (operation == Operation::variable) {
            stack[top++] = variables.values()[one.variable];
        } else if (is_unary(operation)) {
            stack[top - 1] = unary(operation, stack[top - 1]);
        } else {
            --top;
            stack[top - 1] = binary(operation, stack[top - 1], stack[top]);
            if (std::isnan(stack[top - 1])) refuse_no_value(rules_[rule]);
        }
    }
    return stack[0] != 0;
}

int RuleFilter::dropped_by(const RuleVariables& variables) const {
    for (std::size_t rule = 0; rule < rules_.size(); ++rule) {
        if (drops(rule, variables)) return static_cast<int>(rule);
    }
    return -1;
}

}  // namespace atl::plan
