// SPDX-License-Identifier: Apache-2.0
// Attacks on the compiler: no secret is taken in, no bomb outlives its limits, and what was compiled is confined too.
#include <gtest/gtest.h>

#include "sandbox/native_attacks.hpp"
#include "sandbox/processes.hpp"
#include "sandbox/test_warden.hpp"

namespace atl::sandbox {
namespace {

ExecutionRequest compilation(const std::string& text) {
    ExecutionRequest request;
    request.profile = Profile::compile;
    request.files = {{"program.cpp", text, false}};
    request.words = {"/usr/bin/g++", "-O1", "-o", "result", "program.cpp"};
    request.limits.wall_seconds = 60;
    request.limits.cpu_seconds = 60;
    request.limits.processes = 200;
    request.limits.result_bytes = 4 << 20;
    return request;
}

class CompileAttacks : public ::testing::TestWithParam<std::string> {};

TEST_P(CompileAttacks, TheCompilerReadsNothingAndEnds) {
    adopt_orphans();
    WardenOptions options = test_warden();
    options.python = "";
    if (GetParam() != "none") options.disabled_layers = {GetParam()};
    Warden warden(options);
    for (const Attack& attack : compile_attacks()) {
        ExecutionRequest request = compilation(attack.text);
        request.limits.wall_seconds = 1.5;
        const Execution execution = warden.run(request);
        const Verdict verdict = verdict_of(execution, request);
        EXPECT_TRUE(is_expected(attack.expected, said(verdict)))
            << attack.name << ": " << said(verdict) << " " << verdict.text << ", expected " << attack.expected << "\n"
            << execution.output_head;
        EXPECT_EQ(execution.output_head.find("root:"), std::string::npos) << attack.name << execution.output_head;
        EXPECT_TRUE(execution.result.empty()) << attack.name;
    }
    EXPECT_TRUE(settles_to(2)) << describe(descendants());
}

INSTANTIATE_TEST_SUITE_P(WithoutLayer, CompileAttacks,
                         ::testing::Values("none", "mount_namespace", "pid_namespace", "landlock"),
                         [](const auto& mode) { return mode.param; });

/// Compiles C++ and runs it; the execution of the run.
Execution compiled_and_run(Warden& warden, const std::string& text, const ExecutionRequest& like) {
    Execution compiling = warden.run(compilation(text));
    EXPECT_EQ(compiling.exit_code, 0) << compiling.output_head;
    EXPECT_EQ(compiling.result_file, ResultFile::read);
    ExecutionRequest request = like;
    request.profile = Profile::native;
    request.files = {{"program", std::move(compiling.result), true}};
    request.words = {"./program"};
    return warden.run(request);
}

TEST(Compile, WhatWasCompiledRunsAndLeavesItsResult) {
    WardenOptions options = test_warden();
    options.python = "";
    Warden warden(options);
    const Execution execution = compiled_and_run(warden, R"(
#include <cstdio>
#include <thread>
#include <vector>
int main() {
    double sum = 0;
    std::thread other([&] { for (double x : std::vector<double>{1, 2, 2}) sum += x; });
    other.join();
    std::FILE* file = std::fopen("result", "wb");
    std::fwrite(&sum, sizeof sum, 1, file);
    std::fclose(file);
    std::printf("done\n");
})",
                                                 {});
    EXPECT_EQ(execution.end, ExecutionEnd::exited) << execution.error;
    EXPECT_EQ(execution.exit_code, 0);
    EXPECT_EQ(execution.output_head, "done\n");
    EXPECT_EQ(execution.result, harmless_result());
    EXPECT_GT(execution.peak_bytes, 0U);
}

TEST(Compile, CodeThatRunsBeforeMainIsConfinedAsWell) {
    WardenOptions options = test_warden();
    options.python = "";
    Warden warden(options);
    const Execution forked = compiled_and_run(warden, R"(
#include <unistd.h>
__attribute__((constructor)) static void early() { if (fork() >= 0) write(1, "ESCAPED\n", 8); }
int main() {})",
                                              {});
    EXPECT_EQ(forked.end, ExecutionEnd::signalled);
    EXPECT_EQ(forked.signal, SIGSYS);
    EXPECT_EQ(forked.output_head, "");
    const Execution executed = compiled_and_run(warden, R"(
#include <unistd.h>
__attribute__((constructor)) static void early() {
    for (int i = 0; i < 1000; ++i) execl("/bin/echo", "echo", "ESCAPED", (char*)nullptr);
}
int main() { return 7; })",
                                                {});
    EXPECT_EQ(executed.end, ExecutionEnd::exited);
    EXPECT_EQ(executed.exit_code, 7);
    EXPECT_EQ(executed.output_head, "");
}

TEST(Compile, AProgramThatTheKernelDoesNotStartIsToBlameItself) {
    WardenOptions options = test_warden();
    options.python = "";
    Warden warden(options);
    ExecutionRequest request;
    request.profile = Profile::native;
    request.words = {"./program"};
    request.files = {{"program", "no program at all", true}};
    EXPECT_EQ(said(verdict_of(warden.run(request), request)), "crashed/not_executable");
    std::string program = warden.run(compilation("int main() {}")).result;
    const std::string loader = "/ld-linux-x86-64.so.2";
    const std::size_t place = program.find(loader);
    if (place != std::string::npos) {  // another processor's is named otherwise
        program[place + 1] = 'x';
        request.files = {{"program", program, true}};
        EXPECT_EQ(said(verdict_of(warden.run(request), request)), "crashed/not_executable");
    }
    const Execution too_large = compiled_and_run(warden, R"(
__asm__(".bss\n.skip 10000000000\n.text");
int main() {})",
                                                 {});
    EXPECT_EQ(verdict_of(too_large, request).kind, VerdictKind::crashed) << too_large.error;
}

}  // namespace
}  // namespace atl::sandbox
