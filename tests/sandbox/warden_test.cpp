// SPDX-License-Identifier: Apache-2.0
// The warden as a process: what it measures and keeps, what becomes of evaluations when something dies, what it
// refuses.
#include "atoll/sandbox/warden.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <csignal>
#include <thread>

#include "atoll/core/error.hpp"
#include "sandbox/processes.hpp"
#include "sandbox/test_warden.hpp"

namespace atl::sandbox {
namespace {

TEST(Warden, AHarmlessProgramLeavesItsNumbers) {
    Warden warden(test_warden());
    ASSERT_EQ(warden.python_error(), "");
    const Execution execution = warden.run(harmless_program());
    EXPECT_EQ(execution.end, ExecutionEnd::exited);
    EXPECT_EQ(execution.exit_code, 0) << execution.output_head;
    EXPECT_EQ(execution.result, harmless_result());
    EXPECT_GT(execution.wall_seconds, 0);
    EXPECT_GT(execution.peak_bytes, 1U << 20);
}

TEST(Warden, ItIsLaunchedFirstAndToldItsWorkLater) {
    adopt_orphans();
    {
        WardenLaunch launch(test_warden().program), unused(test_warden().program);
        EXPECT_EQ(descendants().size(), 2U);
        WardenLaunch moved(std::move(launch));
        Warden warden(std::move(moved), test_warden());
        EXPECT_EQ(warden.run(harmless_program()).result, harmless_result()) << "a program waits for the interpreter";
        EXPECT_EQ(warden.python_error(), "");
    }
    EXPECT_TRUE(settles_to(0)) << describe(descendants());
    EXPECT_THROW(Warden(WardenLaunch("/no/such/program"), test_warden()), InfrastructureError);
}

TEST(Warden, WithoutAnInterpreterNoneIsStarted) {
    adopt_orphans();
    WardenOptions options = test_warden();
    options.python = "";
    Warden warden(options);
    EXPECT_EQ(warden.python_error(), "");
    EXPECT_EQ(descendants().size(), 1U) << describe(descendants());
    const Execution execution = warden.run(harmless_program());
    EXPECT_EQ(execution.end, ExecutionEnd::not_started);
    EXPECT_NE(execution.error.find("no Python interpreter"), std::string::npos) << execution.error;
}

TEST(Warden, AnInterpreterThatEndsIsStartedAgain) {
    adopt_orphans();
    Warden warden(test_warden());
    ASSERT_EQ(warden.python_error(), "");
    ASSERT_EQ(warden.run(harmless_program()).result, harmless_result());
    const pid_t interpreter = descendants().back();
    kill(interpreter, SIGKILL);
    // the one that meets the loss is the machine's fault, the next ones run
    const ExecutionRequest request = harmless_program();
    const Execution lost = warden.run(request);
    if (lost.end != ExecutionEnd::exited) {
        EXPECT_EQ(verdict_of(lost, request).kind, VerdictKind::infrastructure);
    }
    std::vector<std::future<Execution>> next;
    for (int i = 0; i < 3; ++i) next.push_back(warden.start(request));
    for (auto& each : next) EXPECT_EQ(each.get().result, harmless_result());
}

TEST(Warden, ProgramsStartFromTheSameState) {
    Warden warden(test_warden());
    const ExecutionRequest request = python_program(
        "import random, numpy\ndef run(): return random.random() + numpy.random.random() + hash('x') % 1000\n");
    const Execution first = warden.run(request), second = warden.run(request);
    ASSERT_EQ(first.result.size(), sizeof(double)) << first.output_head;
    EXPECT_EQ(first.result, second.result);
    Warden other(test_warden());
    EXPECT_EQ(other.run(request).result, first.result);
}

TEST(Warden, OneProgramSeesNothingOfAnother) {
    Warden warden(test_warden());
    warden.run(python_program("import numpy, builtins\nnumpy.left = builtins.left = 1\nopen('left', 'w').close()\n"));
    const Execution second = warden.run(python_program(
        "import numpy, builtins, os\ndef run(): return float(hasattr(numpy, 'left') or hasattr(builtins, 'left') or "
        "os.path.exists('left'))\n"));
    EXPECT_EQ(second.result, std::string(sizeof(double), '\0')) << second.output_head;
}

TEST(Warden, HeadAndTailOfTheOutputAreKept) {
    Warden warden(test_warden());
    const Execution execution = warden.run(python_program("for i in range(20000): print(i)\n"));
    EXPECT_EQ(execution.exit_code, 0);
    EXPECT_EQ(execution.printed_bytes, 108890U);
    EXPECT_EQ(execution.output_head.size(), output_kept_bytes);
    EXPECT_TRUE(execution.output_head.starts_with("0\n1\n2\n"));
    EXPECT_TRUE(execution.output_tail.ends_with("19998\n19999\n"));
}

TEST(Warden, CpuTimeIsLimitedBesideWallTime) {
    Warden warden(test_warden());
    ExecutionRequest request = python_program("while True: pass\n");
    request.limits.wall_seconds = 60;
    request.limits.cpu_seconds = 1;
    const Verdict verdict = verdict_of(warden.run(request), request);
    EXPECT_EQ(verdict.kind, VerdictKind::timeout);
    EXPECT_EQ(verdict.reason, "cpu_time");
}

TEST(Warden, ManyHangsLeaveNothingBehind) {
    adopt_orphans();
    Warden warden(test_warden());
    ExecutionRequest request = python_program("import time\nwhile True: time.sleep(1)\n");
    request.limits.wall_seconds = 0.2;
    std::vector<std::future<Execution>> hangs;
    for (int i = 0; i < 100; ++i) hangs.push_back(warden.start(request));
    for (auto& hang : hangs) EXPECT_EQ(hang.get().end, ExecutionEnd::deadline);
    EXPECT_TRUE(settles_to(2)) << describe(descendants());
}

TEST(Warden, OneProgramsThreadsAreNotAnothersWant) {
    Warden warden(test_warden());
    const std::string threads =
        "import threading, time\ndef run():\n started = [threading.Thread(target=time.sleep, args=(0.5,)) for i in "
        "range(20)]\n"
        " for thread in started: thread.start()\n for thread in started: thread.join()\n return 1.0\n";
    ExecutionRequest request = python_program(threads);
    request.limits.memory_bytes = std::uint64_t{4} << 30;
    request.limits.wall_seconds = 60;
    std::vector<std::future<Execution>> programs;
    for (int i = 0; i < 4; ++i) programs.push_back(warden.start(request));
    for (auto& program : programs) {
        const Execution execution = program.get();
        EXPECT_EQ(execution.exit_code, 0) << execution.output_head;
    }
}

class WardenModes : public ::testing::TestWithParam<std::string> {
protected:
    WardenModes() {
        adopt_orphans();
        if (GetParam() != "none") options_.disabled_layers = {GetParam()};
    }
    WardenOptions options_ = test_warden();
};

TEST_P(WardenModes, AKilledWardenTakesItsProgramsAlongAndIsTheMachinesFault) {
    Warden warden(options_);
    ExecutionRequest request = python_program("while True: pass\n");
    request.limits.wall_seconds = 60;
    auto first = warden.start(request), second = warden.start(request);
    ASSERT_TRUE(grows_to(6)) << describe(descendants());
    kill(descendants().front(), SIGKILL);
    EXPECT_EQ(verdict_of(first.get(), request).kind, VerdictKind::infrastructure);
    EXPECT_EQ(verdict_of(second.get(), request).kind, VerdictKind::infrastructure);
    EXPECT_EQ(verdict_of(warden.run(request), request).kind, VerdictKind::infrastructure);
    EXPECT_TRUE(settles_to(0)) << describe(descendants());
}

TEST_P(WardenModes, ARankThatDiesLeavesNothingBehind) {
    const pid_t rank = fork();
    if (rank == 0) {
        try {
            Warden warden(options_);
            ExecutionRequest request = python_program("while True: pass\n");
            request.limits.wall_seconds = 60;
            auto hang = warden.start(request);
            hang.wait();
        } catch (const std::exception& error) {
            std::fprintf(stderr, "%s\n", error.what());
        }
        _exit(0);
    }
    ASSERT_TRUE(grows_to(5)) << describe(descendants());
    kill(rank, SIGKILL);
    EXPECT_TRUE(settles_to(0)) << describe(descendants());
}

INSTANTIATE_TEST_SUITE_P(WithoutLayer, WardenModes, ::testing::Values("none", "pid_namespace"),
                         [](const auto& mode) { return mode.param; });

TEST(Warden, RefusesToRunWithoutWhatIsRequired) {
    WardenOptions options = test_warden();
    options.disabled_layers = {"landlock", "mount_namespace"};
    EXPECT_THROW(Warden{options}, InfrastructureError);
    options.required = {"landlock"};
    EXPECT_THROW(Warden{options}, InfrastructureError);
    options.required = {};
    EXPECT_EQ(Warden{options}.run(harmless_program()).result, harmless_result());
    options.disabled_layers = {"system_calls", "pid_namespace"};
    EXPECT_THROW(Warden{options}, InfrastructureError) << "without both a hang can not be ended for sure";
}

TEST(Warden, NamesAndPathsThatAreNotThereAreInputErrors) {
    WardenOptions options = test_warden();
    options.disabled_layers = {"landlok"};
    EXPECT_THROW(Warden{options}, InputError);
    options = test_warden();
    options.required = {"everything"};
    EXPECT_THROW(Warden{options}, InputError);
    for (const char* path : {"relative", "/", "/no/such/path"}) {
        options = test_warden();
        options.read_paths = {path};
        EXPECT_THROW(Warden{options}, InputError) << path;
    }
}

TEST(Warden, SaysWhyThereIsNoPython) {
    WardenOptions options = test_warden();
    options.python = "/usr/bin/no-such-python";
    Warden warden(options);
    EXPECT_NE(warden.python_error().find("no-such-python"), std::string::npos) << warden.python_error();
    const ExecutionRequest request = harmless_program();
    const Verdict verdict = verdict_of(warden.run(request), request);
    EXPECT_EQ(verdict.kind, VerdictKind::infrastructure);
}

TEST(Warden, RequestsThatMakeNoSenseAreRefused) {
    Warden warden(test_warden());
    ExecutionRequest request = harmless_program();
    request.files[0].name = "../x";
    EXPECT_THROW(warden.run(request), InputError);
    request = harmless_program();
    request.limits.wall_seconds = 0;
    EXPECT_THROW(warden.run(request), InputError);
    request = harmless_program();
    request.result_name = "/etc/passwd";
    EXPECT_THROW(warden.run(request), InputError);
}

TEST(Warden, AFileThatDoesNotFitIsTheMachinesFaultAndNamesTheStep) {
    Warden warden(test_warden());
    ExecutionRequest request = harmless_program();
    request.files.push_back({"large", std::string(4 << 20, 'x'), false});
    request.limits.scratch_bytes = 1 << 20;
    const Execution execution = warden.run(request);
    if (is_on(warden.layers(), Layer::mount_namespace)) {
        EXPECT_EQ(execution.end, ExecutionEnd::not_started);
        EXPECT_NE(execution.error.find("files"), std::string::npos) << execution.error;
    }
    EXPECT_EQ(warden.run(harmless_program()).result, harmless_result());
}

}  // namespace
}  // namespace atl::sandbox
