// SPDX-License-Identifier: Apache-2.0
// Tests which literals become parameters, and that values come back bit for bit in an unchanged structure.
#include "atoll/evolve/program_literals.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>

#include "atoll/core/error.hpp"
#include "atoll/core/random.hpp"
#include "evolve/program_corpus.hpp"

namespace atl::evolve {
namespace {

using problems::Language;
using Values = std::vector<double>;

Values values_in_function(const std::string& body) {
    return hoist_literals("double f(double x) {" + body + "}", Language::cpp).values;
}

bool same_bits(const Values& left, const Values& right) {
    return std::equal(left.begin(), left.end(), right.begin(), right.end(), [](double a, double b) {
        return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b);
    });
}

TEST(ProgramLiterals, LiteralsOfFunctionBodiesAreHoisted) {
    const Hoisted hoisted = hoist_literals("double f(double x) { return x*0.5 + 2 - .25e1; }", Language::cpp);
    EXPECT_EQ(hoisted.structure,
              "double f(double x) { return x*(+atoll_parameters[0]) + 2 - (+atoll_parameters[1]); }");
    EXPECT_EQ(hoisted.values, (Values{0.5, 2.5}));
    EXPECT_EQ(hoisted.places[0].begin, 30U);
    EXPECT_EQ(hoisted.places[0].end, 33U);
}

TEST(ProgramLiterals, AllSpellingsAreRead) {
    EXPECT_EQ(values_in_function("return 1'000.5 + 0x1.8p3 + .5 + 5. + 1e-3 + 1E+3;"),
              (Values{1000.5, 12, 0.5, 5, 1e-3, 1e3}));
    EXPECT_EQ(
        hoist_literals("x = 1_000.5 + 1. + .5 + 1e5 + 2.5j + 1j + 0x1e5 + 7 + 1.0if y else 2.0\n", Language::python)
            .values,
        (Values{1000.5, 1, 0.5, 1e5, 1, 2}));
}

TEST(ProgramLiterals, OtherTypesStay) {
    EXPECT_TRUE(values_in_function("return 0.5f + 0.5L + 1 + 0x10 + 2u + 0.5_km + 0.5F;").empty());
    EXPECT_TRUE(values_in_function("return 1e999 - 1e-999;").empty());
    EXPECT_TRUE(values_in_function("print(\"0.5\", '.', R\"(0.5)\" /* 0.5 */); // 0.5\n").empty());
}

/// Each of these would not compile, or would keep the first program's value, with a parameter.
TEST(ProgramLiterals, ConstantsStay) {
    for (const char* body :
         {"static double kept = 0.5; return kept;", "static const double kept = 0.5;", "constexpr double c = 0.5;",
          "const int n = 2.5;", "int a[int(2.5)];", "thread_local double t = 0.5;", "static_assert(0.5 < 1.0);",
          "if constexpr (0.5 < 1.0) { }", "switch (int(x)) { case int(1.5): break; }", "enum { e = int(2.5) };",
          "using T = Box<0.5>;", "Box<1.5> b;", "return g<0.5>(x);", "asm(\"\" : : \"i\"(0.5));",
          "static double table[] = {0.5, 1.5};", "struct Local { double x = 0.5; };", "x = y[int(0.5)];",
          "static auto f = [] { return 0.5; };", "const unsigned long n{2.5};"}) {
        EXPECT_TRUE(values_in_function(body).empty()) << body;
    }
    for (const char* text :
         {"double global = 0.5;", "const double table[] = {0.5};", "struct S { double x = 0.5; double y{1.5}; };",
          "namespace n { double g{0.5}; }", "double f(double x = 0.5);", "double f(double x = 0.5) { return x; }",
          "#define A 0.5\nint x;", "constexpr double f() { return 0.5; }", "consteval double f() { return 0.5; }",
          "S::S() : x(0.5), y{0.5} { }", "class C { static constexpr double c = 0.5; };",
          "double f() { return 0.5; } }", "double f( { return 0.5; }", "template <double X = 0.5> struct T {};",
          "auto g = [](double x = 0.5) { };", "extern \"C\" { double g = 0.5; }", "enum E { a = int(0.5) };"}) {
        EXPECT_TRUE(hoist_literals(text, Language::cpp).values.empty()) << text;
    }
    EXPECT_TRUE(
        hoist_literals("#define CHECK(x) static_assert(x)\nvoid f() { CHECK(0.5); }", Language::cpp).values.empty());
}

TEST(ProgramLiterals, OrdinaryPlacesAreFound) {
    for (const char* text : {"void f() { { double x{0.5}; } }",
                             "void f() { auto g = [&](double y) { return y * 0.5; }; }",
                             "void f() { std::sort(a, b, [](auto p, auto q) { return p < q * 0.5; }); }",
                             "auto f() -> double { return 0.5; }",
                             "struct S { double f() const { return 0.5; } };",
                             "template <typename T> T f(T x) { return x * 0.5; }",
                             "S::S() : x(1) { x = 0.5; }",
                             "namespace a::b { inline double f() noexcept { return 0.5; } }",
                             "extern \"C\" double f() { return 0.5; }",
                             "void f() { switch (1) { case 1: x = 0.5; } }",
                             "void f() { do x *= 0.5; while (x > 1); }",
                             "void f() { if (x) y = 0.5; else z(); }",
                             "void f() { std::array<double, 2> a = {x, 0.5}; }",
                             "void f() { for (double x : {0.5}) g(x); }",
                             "void f() { const bool b = x < 0.5; }",
                             "void f() { auto v = std::vector<double>{0.5}; }",
                             "double operator+(A a, B b) { return 0.5; }",
                             "void f() try { g(0.5); } catch (...) { }",
                             "void f() { static int n = 0; x = 0.5; }",
                             "void f() { const double c = 0.5; }",
                             "S f() { return {0.5, 1}; }",
                             "void f() { throw 0.5; }",
                             "A::operator bool() const { return 0.5 > x; }"}) {
        EXPECT_EQ(hoist_literals(text, Language::cpp).values, (Values{0.5})) << text;
    }
}

/// double to float narrows: it is allowed in braces to a constant only.
TEST(ProgramLiterals, BracesStayWhereFloatIsUsed) {
    EXPECT_TRUE(values_in_function("float v[2] = {0.5, 1.5}; return v[0];").empty());
    EXPECT_EQ(values_in_function("float v = 0.5; P p{1.5}; return v;"), (Values{0.5}));
}

TEST(ProgramLiterals, SignedLiteralsInParenthesesAreOne) {
    const Hoisted hoisted = hoist_literals("double f() { return g(-0.5) - (+1.5) * -2.5; }", Language::cpp);
    EXPECT_EQ(hoisted.values, (Values{-0.5, 1.5, 2.5}));
    EXPECT_EQ(hoisted.structure,
              "double f() { return g(+atoll_parameters[0]) - (+atoll_parameters[1]) * -(+atoll_parameters[2]); }");
}

TEST(ProgramLiterals, ValuesAreWrittenSoThatTheyReadBack) {
    const std::string text = "double f() { return.5*g(-0.5) - 1.50; }";
    EXPECT_EQ(with_values(text, Values{0.5, -0.5, 1.5}, Language::cpp), text);
    EXPECT_EQ(with_values(text, Values{2, 3, 4}, Language::cpp), "double f() { return(+2.0)*g(+3.0) - 4.0; }");
    EXPECT_EQ(with_values(text, Values{-2, -0.0, 1e300}, Language::cpp),
              "double f() { return(-2.0)*g(-0.0) - 1e+300; }");
}

TEST(ProgramLiterals, AnyFiniteValuesComeBackInTheSameStructure) {
    RandomStream random(3, 0, 0, 0, StreamPurpose::test);
    for (const testing::CorpusProgram& program : testing::corpus()) {
        std::string text = program.text();
        const Hoisted first = hoist_literals(text, program.language);
        EXPECT_FALSE(first.values.empty()) << program.name;
        EXPECT_EQ(with_values(text, first.values, program.language), text) << program.name;
        EXPECT_TRUE(hoist_literals(first.structure, program.language).values.empty()) << program.name;
        for (int round = 0; round < 100; ++round) {
            Values values(first.values.size());
            for (double& each : values) {
                do {  // any bits
                    each = std::bit_cast<double>(random());
                } while (!std::isfinite(each));
                if (random.below(4) == 0) each = std::trunc(random.uniform(-3, 3));
            }
            text = with_values(text, values, program.language);
            const Hoisted again = hoist_literals(text, program.language);
            ASSERT_TRUE(same_bits(again.values, values)) << program.name << "\n" << text;
            ASSERT_EQ(again.structure, first.structure) << program.name << "\n" << text;
            ASSERT_TRUE(program.frames(text)) << program.name;
        }
    }
}

TEST(ProgramLiterals, TheFirst256AreHoisted) {
    std::string text = "double f() { return 0.5";
    for (int i = 0; i < 299; ++i) text += " + 0.5";
    text += "; }";
    const Hoisted hoisted = hoist_literals(text, Language::cpp);
    EXPECT_EQ(hoisted.values.size(), max_program_parameters);
    EXPECT_TRUE(hoisted.structure.ends_with("(+atoll_parameters[255]) + 0.5" + text.substr(text.size() - 43 * 6 - 3)))
        << hoisted.structure;
}

TEST(ProgramLiterals, WrongCountsAndInfinitiesAreRefused) {
    const std::string text = "double f() { return 0.5; }";
    EXPECT_THROW(with_values(text, Values{}, Language::cpp), InputError);
    EXPECT_THROW(with_values(text, Values{1, 2}, Language::cpp), InputError);
    EXPECT_THROW(with_values(text, Values{std::numeric_limits<double>::infinity()}, Language::cpp), InputError);
    EXPECT_THROW(with_values(text, Values{std::numeric_limits<double>::quiet_NaN()}, Language::cpp), InputError);
}

}  // namespace
}  // namespace atl::evolve
