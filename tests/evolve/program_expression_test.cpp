// SPDX-License-Identifier: Apache-2.0
// Tests that expressions of slots are read, written with few parentheses, and stay typed under variation.
#include <gtest/gtest.h>

#include <map>

#include "evolve/program_corpus.hpp"
#include "evolve/program_text/expression_variation.hpp"
#include "evolve/program_text/slots.hpp"

namespace atl::evolve::program_text {
namespace {

using problems::Language;

const std::vector<Variable> names = {
    {"a", ValueType::number}, {"b.c", ValueType::number}, {"ok", ValueType::condition}};
const Dialect cpp = {Spelling::cpp, {}};
const Dialect plain = {Spelling::python, {}};
const Dialect math = {Spelling::python_math, "math"};
const Dialect numpy = {Spelling::python_numpy, "np"};

/// What is printed after reading; "none" when it can not be read.
std::string again(std::string_view text, const Dialect& dialect) {
    const auto expression = parse_expression(text, dialect, names);
    return expression ? print_expression(*expression, dialect) : "none";
}

TEST(Expression, CppIsWrittenWithTheParenthesesItNeeds) {
    for (const char* text : {"a",
                             "1.5",
                             "(-1.5)",
                             "-a",
                             "-(-a)",
                             "a - (a - a)",
                             "a - a - a",
                             "a / (a * a)",
                             "(a + a) * a",
                             "-a * a",
                             "-(a + a)",
                             "a < 0.5 ? a : -a",
                             "ok ? a : a < a ? 1.0 : 2.0",
                             "(ok ? a : a) + 1.0",
                             "(ok ? a < a : ok) ? 1.0 : 2.0",
                             "ok || ok && !ok ? a : a",
                             "(ok || ok) && !(a < a) ? a : a",
                             "fmin(a + a, fmax(a, 1.0))",
                             "pow(a, 2.0) * sqrt(fabs(b.c))",
                             "exp(-log(floor(a)))",
                             "a == a ? a : a"}) {
        if (std::string_view(text).find("ok ? a < a : ok") != std::string_view::npos) {
            EXPECT_EQ(again(text, cpp), "none") << text;  // a choice gives numbers
        } else {
            EXPECT_EQ(again(text, cpp), text);
        }
    }
    EXPECT_EQ(again("((a)) + (a * (a))", cpp), "a + a * a");
    EXPECT_EQ(again("std::min(a, std::abs(a)) - (a)", cpp), "fmin(a, fabs(a)) - a");
    EXPECT_EQ(again("ok ? a : (a < a ? 1.0 : 2.0)", cpp), "ok ? a : a < a ? 1.0 : 2.0");
}

TEST(Expression, PythonIsWrittenWithTheParenthesesItNeeds) {
    for (const char* text : {"a ** 2.0", "(-a) ** 2.0", "-a ** 2.0", "a ** -a", "a ** a ** a", "(a ** a) ** a",
                             "a if ok else -a", "(a if ok else a) + a",
                             "a if not ok or ok and a < a else 1.5 if ok else 2.5", "(a if ok else a) if ok else a",
                             "not_known + min(a, b.c)", "abs(a) - (a - a)", "a if not (ok or ok) else a"}) {
        EXPECT_EQ(again(text, plain), text);
    }
    EXPECT_EQ(again("math.sqrt(a) + math.floor(a)", math), "math.sqrt(a) + math.floor(a)");
    EXPECT_EQ(again("np.where(a < a, np.minimum(a, a), a ** 2)", numpy),
              "np.where(a < a, np.minimum(a, a), np.power(a, 2))");
    EXPECT_EQ(again("np.where(np.logical_and(a < 1, ok), a, a)", numpy), "np.where(np.logical_and(a < 1, ok), a, a)");
}

TEST(Expression, OtherTextsAreNoExpressions) {
    for (const char* text :
         {"",     "a b",   "a +",    "(a", "a)",        "a = a",   "f(a)",      "a[0]", "a < a < a", "a % a",
          "a, a", "\"a\"", "ok + a", "!a", "a ? a : a", "fmin(a)", "(double)a", "0x10", "a; a",      "a++"}) {
        EXPECT_EQ(again(text, cpp), "none") << text;
    }
    for (const char* text : {"a // a", "[a]", "lambda: a", "a if a else a", "a and a", "not a", "a @ a", "x.sum()"}) {
        EXPECT_EQ(again(text, plain), "none") << text;
    }
    EXPECT_EQ(again(std::string(5000, '(') + "a" + std::string(5000, ')'), cpp), "none");
    EXPECT_EQ(again(std::string(300, '-') + "a", cpp), "none");
}

/// Types and arities as the table says.
void expect_typed(const Expression& root) {
    for (const Expression* node : nodes_of(root)) {
        if (node->kind == NodeKind::literal || node->kind == NodeKind::variable) {
            EXPECT_TRUE(node->arguments.empty());
            EXPECT_FALSE(node->text.empty());
            continue;
        }
        for (const Operation& operation : operations()) {
            if (operation.kind != node->kind) continue;
            EXPECT_EQ(node->type, operation.result);
            ASSERT_EQ(node->arguments.size(), operation.arguments.size());
            for (std::size_t i = 0; i < node->arguments.size(); ++i) {
                EXPECT_EQ(node->arguments[i].type, operation.arguments[i]);
            }
        }
    }
}

TEST(Expression, GrownOnesAreTypedBoundedAndReadBack) {
    for (const Dialect& dialect : {cpp, plain, math, numpy}) {
        for (const ValueType type : {ValueType::number, ValueType::condition}) {
            for (std::uint32_t slot = 0; slot < 300; ++slot) {
                RandomStream random(7, 0, 0, slot, StreamPurpose::test);
                const std::size_t levels = 2 + random.below(6);
                const std::size_t nodes = 3 + random.below(max_expression_nodes - 2);
                const Expression grown = grow_expression({dialect, names}, type, levels, nodes, random);
                expect_typed(grown);
                EXPECT_EQ(grown.type, type);
                EXPECT_LE(count_nodes(grown), nodes);
                const std::string text = print_expression(grown, dialect);
                const auto read = parse_expression(text, dialect, names);
                ASSERT_TRUE(read) << text;
                EXPECT_EQ(print_expression(*read, dialect), text);
                EXPECT_EQ(count_nodes(*read), count_nodes(grown)) << text;
            }
        }
    }
}

TEST(Expression, WithoutNamesConstantsAreGrown) {
    for (std::uint32_t slot = 0; slot < 50; ++slot) {
        RandomStream random(8, 0, 0, slot, StreamPurpose::test);
        const Expression grown = grow_expression({cpp, {}}, ValueType::number, 4, 20, random);
        for (const Expression* node : nodes_of(grown)) EXPECT_NE(node->kind, NodeKind::variable);
    }
}

TEST(Expression, MutantsDifferAndStayWithinLimits) {
    RandomStream random(9, 0, 0, 0, StreamPurpose::test);
    const Grammar grammar{cpp, names};
    Expression parent = *parse_expression("-(a - b.c)", cpp, names);
    std::size_t made = 0;
    std::size_t conditionals = 0;
    for (int step = 0; step < 3000; ++step) {
        const auto child = mutate_expression(grammar, parent, random);
        if (!child) continue;
        ++made;
        expect_typed(*child);
        EXPECT_NE(*child, parent);
        EXPECT_LE(count_nodes(*child), max_expression_nodes);
        for (const Expression* node : nodes_of(*child)) conditionals += node->kind == NodeKind::conditional ? 1 : 0;
        parent = *child;
    }
    EXPECT_GT(made, 1500U);
    EXPECT_GT(conditionals, 100U);
}

TEST(Expression, CrossoverTakesASubtreeOfTheDonorOfTheSameType) {
    RandomStream random(10, 0, 0, 0, StreamPurpose::test);
    const Grammar grammar{cpp, names};
    const Expression parent = *parse_expression("ok ? a : 1.0", cpp, names);
    const Expression donor = *parse_expression("foreign * 2.0 < 7.0 ? 3.0 : foreign", cpp, names);
    std::map<std::string, int> children;
    for (int step = 0; step < 500; ++step) {
        const auto child = cross_expression(grammar, parent, donor, random);
        if (!child) continue;
        expect_typed(*child);
        ++children[print_expression(*child, cpp)];
    }
    EXPECT_EQ(children.size(), 9U);  // three numbers of the donor in place of the whole, a or 1.0
    EXPECT_TRUE(children.contains("ok ? 7.0 : 1.0"));
    for (const auto& [text, count] : children) EXPECT_EQ(text.find("foreign"), std::string::npos) << text;
}

std::string slot_text(std::string_view source, Language language) {
    const ProgramText text(source, language);
    std::string found;
    for (const Slot& slot : find_slots(text)) {
        found += std::string(text.view(slot.place)) + (slot.expression ? " | " : " ? ");
    }
    return found;
}

TEST(Slots, ReachToTheEndOfTheExpression) {
    EXPECT_EQ(slot_text("x = /* atoll:expr(a) */ a + f(a, 1); y;", Language::cpp), "a + f(a, 1) ? ");
    EXPECT_EQ(slot_text("g(/* atoll:expr(a) */ (a, a) , 2)", Language::cpp), "(a, a) ? ");
    EXPECT_EQ(slot_text("v[/* atoll:expr(a) */ a * 2] = {/* atoll:expr(a) */ a}", Language::cpp), "a * 2 | a | ");
    EXPECT_EQ(slot_text("x += a - 1 # atoll:expr(a)\nreturn (a +\n  1) # atoll:expr(a)\n", Language::python),
              "a - 1 | (a +\n  1) | ");
    EXPECT_EQ(slot_text("x = y = a[0]  # atoll:expr(a)\n", Language::python), "a[0] ? ");
    EXPECT_EQ(slot_text("if a: x = f(b=1) # atoll:expr(a)\n", Language::python), "f(b=1) ? ");
}

TEST(Slots, OthersAreNoSlots) {
    for (const char* source : {"x = /* atoll:expr a */ a;", "x = /* atoll:expr(1a) */ a;", "x = /* atoll:expr(a */ a;",
                               "x = /* atoll:expr(a) */ ;", "x = /* atoll:expr(a b c) */ a;",
                               "\"/* atoll:expr(a) */\" + a;", "x = /* atoll:expr(a) */ a"}) {
        EXPECT_EQ(slot_text(source, Language::cpp), "") << source;
    }
    for (const char* source : {"# atoll:expr(a)\nx = a\n", "f(a)  # atoll:expr(a)\n", "x = 1; y = a # atoll:expr(a)\n",
                               "x = [a, # atoll:expr(a)\n a]\n", "x = '# atoll:expr(a)'\n"}) {
        EXPECT_EQ(slot_text(source, Language::python), "") << source;
    }
    const std::string outside = "x = /* atoll:expr(a) */ a;\n// EVOLVE-BLOCK-START\n;\n// EVOLVE-BLOCK-END\n";
    EXPECT_EQ(slot_text(outside, Language::cpp), "");
}

TEST(Slots, FunctionsAreSpelledAsTheProgramImportsThem) {
    const auto dialect = [](const std::string& source) {
        return find_slots(ProgramText(source, Language::python)).at(0).dialect;
    };
    EXPECT_EQ(dialect("x = a # atoll:expr(a)\n").spelling, Spelling::python);
    EXPECT_EQ(dialect("import math\nx = a # atoll:expr(a)\n").spelling, Spelling::python_math);
    EXPECT_EQ(dialect("import numpy as N\nx = a # atoll:expr(a)\n").module, "N");
    EXPECT_EQ(dialect("import math\nimport numpy\nx = a # atoll:expr(a)\n").spelling, Spelling::python_numpy);
    EXPECT_EQ(dialect("import math, numpy\nx = math.exp(a) # atoll:expr(a)\n").spelling, Spelling::python_math);
    EXPECT_EQ(dialect("from numpy import random\nx = a # atoll:expr(a)\n").spelling, Spelling::python);
}

}  // namespace
}  // namespace atl::evolve::program_text
