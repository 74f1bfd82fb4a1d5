// SPDX-License-Identifier: Apache-2.0
// Tests that operators change regions only, keep programs readable to their compilers, and repeat.
#include "atoll/evolve/program_operators.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <set>

#include "atoll/core/error.hpp"
#include "atoll/evolve/program_genome.hpp"
#include "atoll/evolve/program_literals.hpp"
#include "evolve/program_corpus.hpp"
#include "evolve/program_text/slots.hpp"

namespace atl::evolve {
namespace {

using problems::Language;
using testing::CorpusProgram;

RandomStream stream(std::uint32_t slot, std::uint32_t island = 0) {
    return {13, island, 0, slot, StreamPurpose::operate};
}

std::optional<std::string> apply(Language language, const std::string& name, const std::vector<std::string>& parents,
                                 RandomStream random) {
    const std::vector<std::string_view> views(parents.begin(), parents.end());
    return ProgramOperators(language).apply(name, views, random);
}

/// What is on each line that only one of the texts has, in order.
std::vector<std::string> new_lines(const std::string& before, const std::string& after) {
    const auto lines_of = [](const std::string& text) {
        std::vector<std::string> lines;
        for (std::size_t at = 0; at < text.size();) {
            const std::size_t end = std::min(text.find('\n', at), text.size());
            lines.push_back(text.substr(at, end - at));
            at = end + 1;
        }
        return lines;
    };
    const auto old_lines = lines_of(before);
    std::vector<std::string> found;
    for (const std::string& line : lines_of(after)) {
        if (std::find(old_lines.begin(), old_lines.end(), line) == old_lines.end()) found.push_back(line);
    }
    return found;
}

/// A population that the operators vary on and on; every child of every operator is checked.
void expect_sound(const CorpusProgram& program, std::uint32_t applications, std::uint32_t island) {
    const ProgramOperators operators(program.language);
    const std::vector<std::string> names = ProgramOperators::names();
    std::vector<std::string> population(8, program.text());
    for (std::uint32_t slot = 0; slot < applications; ++slot) {
        const std::string& name = names[slot % names.size()];
        RandomStream pick(14, island, 0, slot, StreamPurpose::test);
        const std::string parent = population[pick.below(population.size())];
        const std::string donor = population[pick.below(population.size())];
        const auto child = apply(program.language, name, {parent, donor}, stream(slot, island));
        ASSERT_EQ(child, apply(program.language, name, {parent, donor}, stream(slot, island))) << name;
        if (!child) continue;
        ASSERT_NE(*child, parent) << name;
        ASSERT_TRUE(program.frames(*child)) << program.name << " " << name << "\n" << *child;
        ASSERT_NO_THROW(parse_program(*child, program.language)) << name << "\n" << *child;
        const Hoisted hoisted = hoist_literals(*child, program.language);
        ASSERT_EQ(with_values(*child, hoisted.values, program.language), *child) << name;
        if (child->size() < 3 * program.text().size()) population[pick.below(population.size())] = *child;
    }
}

TEST(ProgramOperators, ThousandsOfApplicationsChangeRegionsOnly) {
    std::uint32_t island = 0;
    for (const CorpusProgram& program : testing::corpus()) expect_sound(program, 900, island++);
}

TEST(ProgramOperators, EachFindsSomethingToChange) {
    for (const std::string& name : ProgramOperators::names()) {
        for (const CorpusProgram& program : {testing::bin_packing(), testing::python_priority()}) {
            const ProgramOperators operators(program.language);
            RandomStream random = stream(0);
            const std::string donor = operators.start(operators.start(program.text(), random), random);
            std::set<std::string> children;
            std::size_t made = 0;
            for (std::uint32_t slot = 0; slot < 100; ++slot) {
                const auto child = apply(program.language, name, {program.text(), donor}, stream(slot));
                if (!child) continue;
                ++made;
                children.insert(*child);
            }
            EXPECT_GT(made, 60U) << name << " " << program.name;
            EXPECT_GT(children.size(), 5U) << name << " " << program.name;
        }
    }
}

TEST(ProgramOperators, WithoutSlotsOrRegionsThereIsNothing) {
    const std::string text = "int x;\n// EVOLVE-BLOCK-START\n\n// EVOLVE-BLOCK-END\ndouble f() { return 0.5 + x; }\n";
    for (const std::string& name : ProgramOperators::names()) {
        EXPECT_FALSE(apply(Language::cpp, name, {text, text}, stream(0))) << name;
        EXPECT_FALSE(apply(Language::cpp, name, {"// EVOLVE-BLOCK-END\nvoid f() { g(0.5); }", text}, stream(0)));
    }
    RandomStream random = stream(0);
    EXPECT_EQ(ProgramOperators(Language::cpp).start(text, random), text);
}

TEST(ProgramOperators, UnknownNamesAreRefusedWithTheNearest) {
    try {
        ProgramOperators::parents("expresion");
        FAIL() << "nothing was thrown";
    } catch (const InputError& error) {
        EXPECT_NE(std::string(error.what()).find("did you mean 'expression'?"), std::string::npos) << error.what();
    }
    EXPECT_EQ(ProgramOperators::parents("literal"), 1U);
    EXPECT_EQ(ProgramOperators::parents("crossover"), 2U);
}

TEST(ProgramOperators, LiteralsLeaveSubscriptsAndBoundsAlone) {
    const std::string cpp = "void f() { int a[4] = {}; x = a[3] + g<7>(); switch (y) { case 9: break; } }";
    const std::string python = "x = a[3] + b[1.5:c[2]]\n";
    for (std::uint32_t slot = 0; slot < 50; ++slot) {
        EXPECT_FALSE(apply(Language::cpp, "literal", {cpp}, stream(slot)));
        EXPECT_FALSE(apply(Language::python, "literal", {python}, stream(slot)));
    }
}

TEST(ProgramOperators, OperatorsLeaveTypesAndDeclarationsAlone) {
    const std::string text =
        "template <typename T> T* f(const T* p, T&& q) {\n"
        "    T * r = nullptr; const T & s = *p; std::vector<std::vector<int>> v; auto&& w = v;\n"
        "    auto g = [](double* a, Foo * b) { return -*a; };\n"
        "    for (Foo * i = b; ;) use(&s, static_cast<double>(x), (Foo*)y, std::array<double, 2>{});\n"
        "    return r;\n}\n";
    for (std::uint32_t slot = 0; slot < 50; ++slot) {
        const auto child = apply(Language::cpp, "operator", {text}, stream(slot));
        EXPECT_FALSE(child) << *child;
    }
    const std::string python = "def f(*a, b=-1, **c) -> int:\n    return g(*a, **c) @ -b if a else [*a]\n";
    EXPECT_FALSE(apply(Language::python, "operator", {python}, stream(1)));
}

/// "a+-b" and "a/ *p": a new operator must not join what follows it.
TEST(ProgramOperators, OperatorsDoNotJoinWhatFollows) {
    const std::string text = "double f() { return a+-b*c; }";
    for (std::uint32_t slot = 0; slot < 50; ++slot) {
        const auto child = apply(Language::cpp, "operator", {text}, stream(slot));
        ASSERT_TRUE(child);
        EXPECT_EQ(child->find("--"), std::string::npos) << *child;
    }
}

TEST(ProgramOperators, StatementsKeepDeclarationsBeforeUses) {
    const std::string text =
        "double f(double a) {\n    double b = a;\n    b += 1;\n    {\n        double c = b;\n        b -= c;\n    }\n"
        "    return b;\n}\n";
    std::set<std::string> children;
    for (std::uint32_t slot = 0; slot < 400; ++slot) {
        const auto child = apply(Language::cpp, "statement", {text}, stream(slot));
        if (!child) continue;
        children.insert(*child);
        const std::size_t declared = child->find("double b = a;");
        ASSERT_NE(declared, std::string::npos) << *child;
        EXPECT_LT(declared, child->find("b += 1;")) << *child;
        const std::size_t used = child->find("b -= c;");
        const std::size_t inner = child->find("double c = b;");
        EXPECT_TRUE(used == std::string::npos || inner < used) << *child;
        EXPECT_TRUE(child->ends_with("    return b;\n}\n")) << *child;
    }
    EXPECT_GT(children.size(), 3U);
}

TEST(ProgramOperators, PythonStatementsMoveWithTheirSuites) {
    const std::string text =
        "def f(a):\n    if a:\n        for i in a:\n            b(i)\n    c()  # note\n    while a: d()\n";
    std::set<std::string> children;
    for (std::uint32_t slot = 0; slot < 1500; ++slot) {
        if (const auto child = apply(Language::python, "statement", {text}, stream(slot))) children.insert(*child);
    }
    EXPECT_TRUE(
        children.contains("def f(a):\n    c()  # note\n    if a:\n        for i in a:\n            b(i)\n"
                          "    while a: d()\n"));
    EXPECT_TRUE(
        children.contains("def f(a):\n    if a:\n        for i in a:\n            pass\n    c()  # note\n"
                          "    while a: d()\n"));
    EXPECT_TRUE(
        children.contains("def f(a):\n    if a:\n        c()  # note\n        for i in a:\n            b(i)\n"
                          "    while a: d()\n"));
}

TEST(ProgramOperators, CrossoverExchangesRegions) {
    const auto program = [](const char* first, const char* second) {
        return std::string("# EVOLVE-BLOCK-START\n") + first + "\n# EVOLVE-BLOCK-END\n# EVOLVE-BLOCK-START\n" + second +
               "\n# EVOLVE-BLOCK-END\n";
    };
    std::set<std::string> children;
    for (std::uint32_t slot = 0; slot < 50; ++slot) {
        const auto child = apply(Language::python, "crossover", {program("a", "b"), program("c", "d")}, stream(slot));
        if (child) children.insert(*child);
    }
    EXPECT_EQ(children, (std::set<std::string>{program("c", "b"), program("a", "d")}));
    EXPECT_FALSE(apply(Language::python, "crossover", {program("a", "b"), "x\n" + program("c", "d")}, stream(0)));
}

TEST(ProgramOperators, CrossoverTakesStatementsOfTheSameFunction) {
    const std::string parent = "double f(double x) {\n    double y = x;\n    y += 1;\n    return y;\n}\n";
    const std::string donor =
        "double f(double x) {\n    double y = 2;\n    double z = x;\n    y *= z;\n    y -= 3;\n"
        "    return -y;\n}\n";
    std::set<std::string> taken;
    for (std::uint32_t slot = 0; slot < 300; ++slot) {
        const auto child = apply(Language::cpp, "crossover", {parent, donor}, stream(slot));
        if (!child) continue;
        for (const std::string& line : new_lines(parent, *child)) taken.insert(line);
        EXPECT_NE(*child, donor);
    }
    // z is not declared in the parent: neither its declaration nor its use can be taken
    EXPECT_EQ(taken, (std::set<std::string>{"    double y = 2;", "    y -= 3;", "    return -y;"}));
}

TEST(ProgramOperators, StartsDifferFromTheSeedAndFromEachOther) {
    for (const CorpusProgram& program : testing::corpus()) {
        const ProgramOperators operators(program.language);
        std::set<std::string> starts;
        for (std::uint32_t slot = 0; slot < 20; ++slot) {
            RandomStream random = stream(slot);
            const std::string start = operators.start(program.text(), random);
            EXPECT_TRUE(program.frames(start)) << program.name;
            starts.insert(start);
        }
        EXPECT_GT(starts.size(), 15U) << program.name;
        EXPECT_FALSE(starts.contains(program.text())) << program.name;
    }
}

/// Files for a compiler, in a folder of their own.
class CompiledPrograms : public ::testing::Test {
protected:
    CompiledPrograms() {
        std::string name = (std::filesystem::temp_directory_path() / "atoll-operators-XXXXXX").string();
        folder_ = mkdtemp(name.data());
        std::ofstream(folder_ / "prelude.hpp")
            << "extern const double* atoll_parameters;\nextern \"C\" {\n"
               "double fmin(double, double); double fmax(double, double); double pow(double, double);\n"
               "double fabs(double); double sqrt(double); double exp(double); double log(double); double "
               "floor(double);\n"
               "}\n";
    }
    ~CompiledPrograms() override { std::filesystem::remove_all(folder_); }

    void add(const std::string& text, const std::string& ending) {
        std::ofstream(folder_ / (std::to_string(files_++) + ending), std::ios::binary) << text;
    }

    /// How many of the files the command, which prints a line "failed FILE" for each bad one, accepts.
    std::size_t accepted(const std::string& command) {
        const std::string line = "cd " + folder_.string() + " && { " + command + "; } 2>&1";
        std::FILE* pipe = popen(line.c_str(), "r");
        if (pipe == nullptr) return 0;
        std::array<char, 4096> buffer{};
        while (std::fgets(buffer.data(), buffer.size(), pipe) != nullptr) output_ += buffer.data();
        pclose(pipe);
        std::set<std::string> failed;
        std::size_t finished = 0;
        for (std::size_t at = 0; at < output_.size();) {
            const std::size_t end = std::min(output_.find('\n', at), output_.size());
            const std::string each = output_.substr(at, end - at);
            if (each.find(": error: ") != std::string::npos) failed.insert(each.substr(0, each.find(':')));
            if (each.starts_with("finished")) ++finished;
            at = end + 1;
        }
        EXPECT_EQ(finished, 1U) << output_;
        return files_ - failed.size();
    }
    std::size_t accepted_by_gcc() {
        return accepted(
            "g++ -std=c++20 -fsyntax-only -fno-diagnostics-show-caret -include prelude.hpp *.cpp; "
            "echo finished");
    }
    std::size_t accepted_by_python() {
        return accepted(R"(python3 -I -S -W ignore -c '
import ast, glob
for name in glob.glob("*.py"):
    try:
        ast.parse(open(name, newline="").read())
    except SyntaxError as problem:
        print(name + ": error: " + str(problem))
print("finished")')");
    }

    std::filesystem::path folder_;
    std::size_t files_ = 0;
    std::string output_;
};

TEST_F(CompiledPrograms, BrokenOnesAreCounted) {
    add("double f() { return 0.5; }\n", ".cpp");
    add("double f() { return undeclared; }\n", ".cpp");
    EXPECT_EQ(accepted_by_gcc(), 1U) << output_;
    add("def f(:\n", ".py");
    output_.clear();
    EXPECT_EQ(accepted_by_python(), 2U) << output_;
}

TEST_F(CompiledPrograms, MostMutantsOfCppCompile) {
    for (const CorpusProgram& program : {testing::bin_packing(), testing::next_city(), testing::nasty_cpp()}) {
        for (const char* name : {"literal", "operator"}) {
            for (std::uint32_t slot = 0; slot < 6; ++slot) {
                const auto child = apply(program.language, name, {program.text()}, stream(slot));
                ASSERT_TRUE(child);
                add(hoist_literals(*child, program.language).structure, ".cpp");
            }
        }
    }
    const std::size_t good = accepted_by_gcc();
    EXPECT_GE(static_cast<double>(good), 0.9 * static_cast<double>(files_)) << output_;
}

TEST_F(CompiledPrograms, EveryGrownExpressionOfCppCompiles) {
    const std::string seed = testing::bin_packing().text();
    for (std::uint32_t slot = 0; slot < 12; ++slot) {
        RandomStream random = stream(slot);
        std::string text = seed;
        for (int generation = 0; generation < 6; ++generation) {
            const std::string_view parent = text;
            const auto child = ProgramOperators(Language::cpp).apply("expression", {&parent, 1}, random);
            if (child) text = *child;
        }
        add(hoist_literals(text, Language::cpp).structure, ".cpp");
    }
    EXPECT_EQ(accepted_by_gcc(), files_) << output_;
}

TEST_F(CompiledPrograms, MostStatementsAndCrossoversOfCppCompile) {
    for (const CorpusProgram& program : {testing::bin_packing(), testing::next_city()}) {
        RandomStream random = stream(99);
        const ProgramOperators operators(program.language);
        const std::string donor = operators.start(operators.start(program.text(), random), random);
        for (const char* name : {"statement", "crossover"}) {
            for (std::uint32_t slot = 0; slot < 5; ++slot) {
                if (const auto child = apply(program.language, name, {program.text(), donor}, stream(slot))) {
                    add(*child, ".cpp");
                }
            }
        }
    }
    ASSERT_GT(files_, 12U);
    EXPECT_GE(static_cast<double>(accepted_by_gcc()), 0.6 * static_cast<double>(files_)) << output_;
}

/// Generations of all operators: Python must still read every one.
TEST_F(CompiledPrograms, MutantsOfPythonParse) {
    std::uint32_t island = 100;
    for (const CorpusProgram& program :
         {testing::circle_packing(), testing::python_priority(), testing::nasty_python(),
          testing::crlf(testing::circle_packing()), testing::unmarked(testing::circle_packing(), "#")}) {
        ++island;
        add(program.text(), ".py");
        std::vector<std::string> population(4, program.text());
        for (std::uint32_t slot = 0; slot < 240; ++slot) {
            RandomStream pick(15, island, 0, slot, StreamPurpose::test);
            const std::string& parent = population[pick.below(4)];
            const std::vector<std::string> names = ProgramOperators::names();
            const auto child =
                apply(program.language, names[slot % names.size()], {parent, population[0]}, stream(slot, island));
            if (!child || child->size() > 3 * program.text().size()) continue;
            population[pick.below(4)] = *child;
            add(*child, ".py");
        }
    }
    EXPECT_EQ(accepted_by_python(), files_) << output_.substr(0, 2000);
    EXPECT_GT(files_, 600U);
}

}  // namespace
}  // namespace atl::evolve
