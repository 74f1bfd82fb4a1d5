// SPDX-License-Identifier: Apache-2.0
// From how a program ended to its verdict.
#include "atoll/sandbox/execution.hpp"

#include <gtest/gtest.h>

#include <csignal>

namespace atl::sandbox {
namespace {

Execution ended(ExecutionEnd end, int code = 0, std::string output = "") {
    Execution execution;
    execution.end = end;
    execution.exit_code = execution.signal = code;
    execution.output_head = std::move(output);
    return execution;
}

std::string verdict(const Execution& execution, Profile profile = Profile::python) {
    ExecutionRequest request;
    request.profile = profile;
    const Verdict found = verdict_of(execution, request);
    return std::string(to_string(found.kind)) + "/" + found.reason;
}

TEST(Execution, EveryEndHasItsVerdict) {
    EXPECT_EQ(verdict(ended(ExecutionEnd::exited)), "ok/");
    EXPECT_EQ(verdict(ended(ExecutionEnd::exited, python_exception)), "crashed/exception");
    EXPECT_EQ(verdict(ended(ExecutionEnd::exited, python_exception), Profile::native), "crashed/exit_code");
    EXPECT_EQ(verdict(ended(ExecutionEnd::exited, 1), Profile::compile), "compile_error/compiler");
    EXPECT_EQ(verdict(ended(ExecutionEnd::deadline)), "timeout/wall_time");
    EXPECT_EQ(verdict(ended(ExecutionEnd::deadline), Profile::compile), "compile_error/wall_time");
    EXPECT_EQ(verdict(ended(ExecutionEnd::signalled, SIGSYS)), "forbidden/system_call");
    EXPECT_EQ(verdict(ended(ExecutionEnd::signalled, SIGXCPU)), "timeout/cpu_time");
    EXPECT_EQ(verdict(ended(ExecutionEnd::signalled, SIGSEGV)), "crashed/signal");
    EXPECT_EQ(verdict(ended(ExecutionEnd::signalled, SIGABRT, "what():  std::bad_alloc\n"), Profile::native),
              "out_of_memory/memory");
    EXPECT_EQ(verdict(ended(ExecutionEnd::output_limit)), "forbidden/output");
    EXPECT_EQ(verdict(ended(ExecutionEnd::not_started)), "infrastructure/sandbox");
    EXPECT_EQ(verdict(ended(ExecutionEnd::lost), Profile::compile), "infrastructure/warden");
}

TEST(Execution, KilledPastItsCpuTimeIsATimeout) {
    Execution execution = ended(ExecutionEnd::signalled, SIGKILL);
    EXPECT_EQ(verdict(execution), "crashed/signal");
    execution.cpu_seconds = 11;
    EXPECT_EQ(verdict(execution), "timeout/cpu_time");
}

TEST(Execution, TheErrorLineIsTheLastOneThatSaysSomething) {
    EXPECT_EQ(error_line(ended(ExecutionEnd::exited, 1, "first\nValueError: x\n \n\n")), "ValueError: x");
    EXPECT_EQ(error_line(ended(ExecutionEnd::exited, 1, "only")), "only");
    EXPECT_EQ(error_line(ended(ExecutionEnd::exited, 1, "a\033[31mred\1\n")), "a [31mred");
    EXPECT_EQ(error_line(ended(ExecutionEnd::exited, 1, "")), "");
    EXPECT_EQ(error_line(ended(ExecutionEnd::exited, 1, std::string(1000, 'x'))).size(), 300U);
}

TEST(Execution, AProgramThatCanNotBeStartedIsItsOwnFault) {
    ExecutionRequest request;
    request.profile = Profile::native;
    request.words = {"./program"};
    Execution execution = ended(ExecutionEnd::not_started);
    execution.error = "execve: Exec format error";
    EXPECT_EQ(verdict_of(execution, request).reason, "not_executable");
    EXPECT_EQ(verdict_of(execution, request).kind, VerdictKind::crashed);
    execution.error = "landlock: Operation not permitted";
    EXPECT_EQ(verdict_of(execution, request).kind, VerdictKind::infrastructure);
    execution.error = "execve: No such file or directory";
    request.words = {"/usr/bin/g++"};
    EXPECT_EQ(verdict_of(execution, request).kind, VerdictKind::infrastructure);
}

}  // namespace
}  // namespace atl::sandbox
