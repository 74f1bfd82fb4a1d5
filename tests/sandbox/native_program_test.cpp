// SPDX-License-Identifier: Apache-2.0
// What a compiled program is given, and results taken apart strictly.
#include "atoll/sandbox/native_program.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "atoll/core/error.hpp"
#include "sandbox/compiling.hpp"

namespace atl::sandbox {
namespace {

using Sets = std::vector<std::vector<double>>;

TEST(NativeProgram, TheParametersFileHoldsCountLengthAndValues) {
    const auto files = native_inputs(Sets{{1, 2, 3}, {4, 5, 6}}, bytes_of({7}));
    ASSERT_EQ(files.size(), 2U);
    EXPECT_EQ(files[0].name, "parameters");
    EXPECT_EQ(files[0].bytes, bytes_of({2, 3, 1, 2, 3, 4, 5, 6}));
    EXPECT_EQ(files[1].name, "input");
    EXPECT_EQ(files[1].bytes, bytes_of({7}));
    EXPECT_EQ(native_inputs(Sets{{}}, "")[0].bytes, bytes_of({1, 0}));
}

TEST(NativeProgram, InputsThatMakeNoSenseAreRefused) {
    EXPECT_THROW(native_inputs(Sets{}, ""), InputError);
    EXPECT_THROW(native_inputs(Sets{{1}, {1, 2}}, ""), InputError);
    EXPECT_THROW(native_inputs(Sets{{1}}, "1234567"), InputError);
}

TEST(NativeProgram, AResultIsSplitByItsLengths) {
    const auto parts = split_results(bytes_of({3, 2, 10, 11, 0, 1, 12}), 3);
    ASSERT_TRUE(parts);
    EXPECT_EQ(*parts, (std::vector<std::string>{bytes_of({10, 11}), "", bytes_of({12})}));
}

TEST(NativeProgram, AResultOfAnyOtherFormIsNone) {
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    constexpr double infinity = std::numeric_limits<double>::infinity();
    const std::vector<std::vector<double>> wrong = {
        {},          {2, 0},           {1},        {1, 2, 5},   {1, 1, 5, 6}, {1, -1},   {1, 0.5, 5},
        {1, nan, 5}, {1, infinity, 5}, {1, 1e300}, {nan, 1, 5}, {0},          {2, 1, 5}, {1.5, 1, 5},
    };
    for (const auto& values : wrong) {
        EXPECT_FALSE(split_results(bytes_of(values), 1)) << ::testing::PrintToString(values);
    }
    const std::string good = bytes_of({1, 1, 5});
    ASSERT_TRUE(split_results(good, 1));
    for (std::size_t size = 0; size < good.size(); ++size) EXPECT_FALSE(split_results(good.substr(0, size), 1)) << size;
    EXPECT_FALSE(split_results(good + "x", 1));
}

class NativeRunner : public ::testing::Test {
protected:
    Execution run(const std::string& text, const Sets& sets, const std::vector<double>& input) {
        const Compilation compilation = compiler_.compile(candidate(text));
        EXPECT_TRUE(compilation.verdict.ok()) << compilation.diagnostics;
        if (!compilation.executable) return {};
        return warden_->run(native_run(*compilation.executable, sets, bytes_of(input)));
    }

    TemporaryFolder folder_;
    std::shared_ptr<Warden> warden_ = native_warden();
    Compiler compiler_{warden_, test_compiler(folder_.path() / "cache")};
};

TEST_F(NativeRunner, CallsTheDriverOnceForEachSet) {
    const Execution execution =
        run("double value(double x) { return atoll_parameters[0] * x + atoll_parameters[1] + std::max(0, 0.5); }",
            {{1, 0}, {2, 100}}, {1, 2, 3});
    ASSERT_EQ(execution.exit_code, 0) << execution.output_head;
    EXPECT_EQ(execution.result, bytes_of({2, 3, 1.5, 2.5, 3.5, 3, 102.5, 104.5, 106.5}));
}

TEST_F(NativeRunner, GlobalsAreInitialisedWithTheFirstSet) {
    const Execution execution =
        run("static double twice() { return 2 * atoll_parameters[0]; }\n"
            "static double global = twice();\n"
            "double value(double) { return global; }",
            {{21}, {0}}, {0});
    EXPECT_EQ(execution.result, bytes_of({2, 1, 42, 1, 42})) << execution.output_head;
}

TEST_F(NativeRunner, WhatACandidatePrintsIsKeptAndItsLastWordsDoNotCount) {
    const Execution execution =
        run("#include <cstdio>\n#include <cstdlib>\n"
            "struct Last { ~Last() { for (;;) {} } } last;\n"
            "double value(double x) { std::atexit([] { std::abort(); }); std::printf(\"seen\"); return x; }",
            {{}}, {5});
    EXPECT_EQ(execution.end, ExecutionEnd::exited);
    EXPECT_EQ(execution.output_head, "seen");
    EXPECT_EQ(execution.result, bytes_of({1, 1, 5}));
}

TEST_F(NativeRunner, AResultMadeBeforehandIsNotTakenForOurs) {
    const Execution execution =
        run("#include <cstdio>\n"
            "__attribute__((constructor)) static void forge() { std::fclose(std::fopen(\"result\", \"wb\")); }\n"
            "double value(double x) { return x; }",
            {{}}, {5});
    EXPECT_EQ(execution.end, ExecutionEnd::exited);
    EXPECT_NE(execution.exit_code, 0);
    EXPECT_NE(execution.output_head.find("can not write result"), std::string::npos) << execution.output_head;
    EXPECT_EQ(execution.result, "");
}

TEST_F(NativeRunner, MissingInputIsSaid) {
    const Compilation compilation = compiler_.compile(candidate("double value(double x) { return x; }"));
    ASSERT_TRUE(compilation.executable);
    ExecutionRequest request = native_run(*compilation.executable, Sets{{}}, "");
    std::erase_if(request.files, [](const ProgramFile& file) { return file.name == "parameters"; });
    const Execution execution = warden_->run(request);
    EXPECT_EQ(execution.exit_code, 121);
    EXPECT_NE(execution.output_head.find("can not read parameters"), std::string::npos) << execution.output_head;
}

}  // namespace
}  // namespace atl::sandbox
