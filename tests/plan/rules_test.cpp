// SPDX-License-Identifier: Apache-2.0
// The rule language: values, errors with their place, and an independent evaluation of random expressions.
#include "atoll/plan/rules.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "atoll/core/error.hpp"

namespace atl::plan {
namespace {

RuleVariables variables_of(const Strategy& strategy) {
    RuleVariables variables(find_transformer("llama2-7b"), usual_cluster(shipped_gpus().find("H100"), 64),
                            {.sequence = 4096, .global_batch = 256});
    variables.set(strategy);
    return variables;
}

Strategy sample() {
    Strategy strategy;
    strategy.tensor = 4;
    strategy.pipeline = 2;
    strategy.data = 8;
    strategy.micro_batch = 2;
    strategy.recompute = Recompute::full;
    strategy.zero_stage = 1;
    return strategy;
}

bool drops(const std::string& expression) {
    return RuleFilter({{"r", expression, "", "rules.toml:7"}}).drops(0, variables_of(sample()));
}

std::string refusal(const std::string& expression) {
    try {
        drops(expression);
    } catch (const InputError& error) {
        return error.what();
    }
    return "";
}

TEST(Rules, know_names_words_and_functions) {
    EXPECT_TRUE(drops("$tensor_parallel == 4 && pipeline_parallel == 2"));
    EXPECT_TRUE(drops("$micro_batches == 16 and $gpus == 64 and $heads == 32"));
    EXPECT_TRUE(drops("$recompute == full && $schedule == one_f_one_b && $precision != fp8"));
    EXPECT_TRUE(drops("$distributed_optimizer and not $sequence_parallel"));
    EXPECT_TRUE(drops("ceil(7 / 2) == 4 && floor(7 / 2) == 3 && min(3, max(1, 2)) == 2"));
    EXPECT_FALSE(drops("$layers % ($pipeline_parallel * $virtual_pipeline) != 0"));
}

TEST(Rules, bind_as_in_c) {
    EXPECT_TRUE(drops("1 + 2 * 3 == 7"));
    EXPECT_TRUE(drops("(1 + 2) * 3 == 9"));
    EXPECT_TRUE(drops("10 - 3 - 2 == 5"));
    EXPECT_TRUE(drops("true || false && false"));
    EXPECT_FALSE(drops("(true || false) && false"));
    EXPECT_TRUE(drops("!0 && -3 < -2 && 17 % 5 == 2"));
    EXPECT_TRUE(drops("1e3 == 1000 and .5 == 0.5"));
}

TEST(Rules, an_error_names_file_line_rule_and_character) {
    EXPECT_NE(refusal("$tensor_parallel >= * 1").find("rules.toml:7: rule 'r', character 21"), std::string::npos)
        << refusal("$tensor_parallel >= * 1");
    EXPECT_NE(refusal("$tensor_paralel > 1").find("did you mean 'tensor_parallel'"), std::string::npos);
    EXPECT_NE(refusal("(1 + 2").find("')'"), std::string::npos);
    EXPECT_NE(refusal("min(1)").find("two values"), std::string::npos);
    EXPECT_NE(refusal("1 2"), "");
    EXPECT_NE(refusal(""), "");
    EXPECT_NE(refusal(std::string(500, '(') + "1" + std::string(500, ')')).find("too deeply"), std::string::npos);
    EXPECT_NE(refusal(std::string(500, '-') + "1").find("too deeply"), std::string::npos);
}

TEST(RuleFile, wrong_keys_and_missing_expressions_are_refused) {
    EXPECT_EQ(parse_rules("[rule.a]\ndrop_if = \"1\"\nwhy = \"w\"\n", "f").at(0).place, "f:2");
    EXPECT_THROW(parse_rules("[rule.a]\ndrop = \"1\"\n", "f"), InputError);
    EXPECT_THROW(parse_rules("[rule.a]\nwhy = \"1\"\n", "f"), InputError);
    EXPECT_THROW(parse_rules("[rule.a]\ndrop_if = 1\n", "f"), InputError);
    EXPECT_THROW(parse_rules("[rules.a]\ndrop_if = \"1\"\n", "f"), InputError);
}

TEST(ShippedRules, are_right_and_say_why) {
    const RuleFilter filter(shipped_rules());
    EXPECT_GE(filter.rules().size(), 15U);
    for (const RuleText& rule : filter.rules()) EXPECT_FALSE(rule.why.empty()) << rule.name;
    EXPECT_EQ(filter.dropped_by(variables_of(sample())), -1);
    Strategy alone = sample();
    alone.tensor = 1;
    alone.sequence_parallel = true;
    const int rule = filter.dropped_by(variables_of(alone));
    ASSERT_GE(rule, 0);
    EXPECT_EQ(filter.rules()[static_cast<std::size_t>(rule)].name, "sequence_needs_tensor");
}

TEST(Rules, read_the_axes_their_names_stand_for) {
    const RuleFilter filter({{"r", "$micro_batches > 1 && $distributed_optimizer && $heads > 1", "", "f:1"}});
    EXPECT_EQ(filter.reads(0), (AxisSet{Axis::data, Axis::micro_batch, Axis::zero_stage}));
}

/// A random expression and, made beside it, its value.
struct RandomExpression {
    std::mt19937_64 random;

    std::pair<std::string, double> make(int depth) {
        if (depth == 0 || random() % 4 == 0) {
            const double number = static_cast<double>(random() % 9);
            return {std::to_string(static_cast<int>(number)), number};
        }
        const auto first = make(depth - 1);
        const auto second = make(depth - 1);
        const std::string& left = first.first;
        const std::string& right = second.first;
        const double a = first.second;
        const double b = second.second;
        const auto of = [&](const char* text, double value) {
            return std::pair{"(" + left + " " + text + " " + right + ")", value};
        };
        switch (random() % 12) {
            case 0:
                return of("+", a + b);
            case 1:
                return of("-", a - b);
            case 2:
                return of("*", a * b);
            case 3:
                return of("<", a < b ? 1 : 0);
            case 4:
                return of(">=", a >= b ? 1 : 0);
            case 5:
                return of("==", a == b ? 1 : 0);
            case 6:
                return of("and", a != 0 && b != 0 ? 1 : 0);
            case 7:
                return of("||", a != 0 || b != 0 ? 1 : 0);
            case 8:
                return {"max(" + left + ", " + right + ")", std::max(a, b)};
            case 9:
                return {"min(" + left + "," + right + ")", std::min(a, b)};
            case 10:
                return {"!" + left, a == 0 ? 1 : 0};
            default:
                return {"-" + left, -a};
        }
    }
};

TEST(Rules, random_expressions_have_the_value_of_an_independent_evaluation) {
    RandomExpression expressions{std::mt19937_64(7)};
    for (int i = 0; i < 5000; ++i) {
        const auto [text, value] = expressions.make(5);
        EXPECT_EQ(drops(text), value != 0) << text;
        EXPECT_TRUE(
            drops("(" + text + ") == " + (value < 0 ? "-" : "") + std::to_string(std::llabs(std::llround(value)))))
            << text << " is " << value;
    }
}

TEST(Rules, random_text_is_a_rule_or_an_error_and_never_a_crash) {
    const std::vector<std::string> pieces{"$",  "tensor_parallel",
                                          "(",  ")",
                                          "+",  "-",
                                          "*",  "%",
                                          "/",  "&&",
                                          "||", "!",
                                          "==", "<",
                                          "1",  ".",
                                          ",",  "min",
                                          "é",  " ",
                                          "e",  "and",
                                          "not"};
    std::mt19937_64 random(11);
    int rules = 0;
    for (int i = 0; i < 20000; ++i) {
        std::string text;
        for (std::uint64_t n = random() % 12; n > 0; --n) text += pieces[random() % pieces.size()];
        if (refusal(text).empty()) ++rules;
    }
    EXPECT_GT(rules, 100);
    EXPECT_LT(rules, 10000);
}

TEST(Rules, a_rule_without_a_value_is_named_instead_of_dropping_all) {
    RuleVariables variables(find_transformer("llama2-7b"), usual_cluster(shipped_gpus().find("h100_sxm"), 8), {});
    variables.set({.data = 8});
    for (const char* expression :
         {"$layers % ($tensor_parallel - 1) != 0", "($layers - $layers) / ($tensor_parallel - 1)"}) {
        const RuleFilter filter({{"odd", expression, "a test", "mine.toml:2"}});
        try {
            filter.drops(0, variables);
            FAIL() << expression;
        } catch (const InputError& error) {
            EXPECT_NE(std::string(error.what()).find("mine.toml:2: rule 'odd'"), std::string::npos) << error.what();
        }
    }
}

}  // namespace
}  // namespace atl::plan
