// SPDX-License-Identifier: Apache-2.0
// The sandbox's costs: how late hangs are ended and what is left of them, what one start takes, what a compilation and
// its cache add to it, and starts a second beside plain fork and exec.
//
// Usage: sandbox [HANGS]   (default 500)
#include <spawn.h>
#include <sys/wait.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <memory>
#include <string_view>
#include <thread>

#include "../tests/sandbox/processes.hpp"
#include "atoll/sandbox/compiler.hpp"
#include "atoll/sandbox/native_program.hpp"
#include "atoll/sandbox/warden.hpp"

namespace {

using atl::sandbox::Compilation;
using atl::sandbox::Compiler;
using atl::sandbox::Execution;
using atl::sandbox::ExecutionEnd;
using atl::sandbox::ExecutionRequest;
using atl::sandbox::Profile;
using atl::sandbox::Warden;
using Clock = std::chrono::steady_clock;

double since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

double quantile(std::vector<double> values, double part) {
    std::sort(values.begin(), values.end());
    return values[std::min(values.size() - 1, static_cast<std::size_t>(part * static_cast<double>(values.size())))];
}

ExecutionRequest warm_program(const char* text) {
    ExecutionRequest request;
    request.files = {{"program.py", text, false}, {"adapter.py", "def result_of(module): return b'x'\n", false}};
    request.words = {"program.py", "adapter.py"};
    return request;
}

ExecutionRequest native_program(std::vector<std::string> words) {
    ExecutionRequest request;
    request.profile = Profile::native;
    request.words = std::move(words);
    return request;
}

void plain_start(const std::vector<std::string>& words) {
    std::vector<char*> arguments;
    for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    char* const environment[] = {nullptr};
    pid_t child = -1;
    if (posix_spawn(&child, arguments[0], nullptr, nullptr, arguments.data(), environment) != 0) std::exit(1);
    waitpid(child, nullptr, 0);
}

void print_latency(const char* what, const std::function<void()>& start) {
    constexpr int warm_ups = 5, repeats = 100;
    std::vector<double> taken;
    for (int i = 0; i < warm_ups + repeats; ++i) {
        const auto begin = Clock::now();
        start();
        if (i >= warm_ups) taken.push_back(1e3 * since(begin));
    }
    std::printf("%-44s p50 %7.2f ms   p99 %7.2f ms\n", what, quantile(taken, 0.5), quantile(taken, 0.99));
}

/// A compiler without a cache on disk; candidates define value(x), which is called with each number of the input.
std::unique_ptr<Compiler> make_compiler(const std::shared_ptr<Warden>& warden) {
    atl::sandbox::CompilerOptions options;
    options.driver =
        "double value(double x);\n"
        "void atoll_run(const double* input, std::size_t count, atoll::Answer& answer) {\n"
        "    for (std::size_t i = 0; i < count; ++i) answer.push(value(input[i]));\n}\n";
    options.cache_folder.clear();
    return std::make_unique<Compiler>(warden, options);
}

Compilation compiled(Compiler& compiler, const std::string& text) {
    Compilation made = compiler.compile({{"program.cpp", text, false}});
    if (made.verdict.ok()) return made;
    std::fprintf(stderr, "%s: %s\n", made.verdict.reason.c_str(), made.verdict.text.c_str());
    std::exit(1);
}

ExecutionRequest run_of(const Compilation& compilation, double number) {
    std::string input(sizeof number, '\0');
    std::memcpy(input.data(), &number, sizeof number);
    const std::vector<std::vector<double>> one_set{{1.0}};
    return atl::sandbox::native_run(*compilation.executable, one_set, input);
}

/// Programs that do not end by themselves, each in its own way.
std::vector<ExecutionRequest> hanging_programs(Compiler& compiler) {
    std::vector<ExecutionRequest> programs;
    for (const char* text : {
             "while True: pass",
             "while True:\n try:\n  while True: pass\n except BaseException: pass",
             "import time\ntime.sleep(1000)",
             "x = 9**9**9",
             "import signal\nsignal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))\nwhile True: pass",
             "import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)",
             "import threading, time\nfor i in range(8): threading.Thread(target=time.sleep, "
             "args=(1000,)).start()\nwhile True: time.sleep(1000)",
             "import ctypes\na = (ctypes.c_uint64 * 11)()\na[4] = 17\nwhile True: ctypes.CDLL(None).syscall(435, a, "
             "88)",
         }) {
        programs.push_back(warm_program(text));
    }
    const Compilation native = compiled(compiler, R"(
#include <pthread.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>
static volatile unsigned long spin;
static void on_signal(int) {}
static void* sleeper(void*) { for (;;) pause(); }
static void forks() { unsigned long a[11] = {0}; a[4] = SIGCHLD; syscall(435, a, sizeof a); }
double value(double kind) {
    if (kind == 1) for (int s = 1; s < 65; ++s) signal(s, SIG_IGN);
    if (kind == 2) raise(SIGSTOP);
    if (kind == 3) for (int i = 0; i < 8; ++i) { pthread_t t; pthread_create(&t, nullptr, sleeper, nullptr); }
    if (kind == 4) { signal(SIGALRM, on_signal); itimerval t = {{0, 100}, {0, 100}}; setitimer(ITIMER_REAL, &t, nullptr); }
    if (kind == 5) for (;;) pause();
    if (kind == 6) for (;;) forks();
    if (kind == 7) { signal(SIGSEGV, on_signal); *(volatile int*)8 = 1; }
    for (;;) ++spin;
})");
    for (int kind = 0; kind < 8; ++kind) programs.push_back(run_of(native, kind));
    return programs;
}

/// `count` hangs of 0.5 s, `in_flight` at once; how much later than that each one's answer came, and what is left.
void print_overshoot(Warden& warden, std::vector<ExecutionRequest> programs, int count, std::size_t in_flight) {
    constexpr double limit_seconds = 0.5;
    for (ExecutionRequest& program : programs) program.limits.wall_seconds = limit_seconds;
    std::vector<std::thread> users;
    std::vector<std::vector<double>> seen(in_flight);
    const std::size_t before = atl::sandbox::descendants().size();
    for (std::size_t user = 0; user < in_flight; ++user) {
        users.emplace_back([&, user] {
            for (std::size_t i = user; i < static_cast<std::size_t>(count); i += in_flight) {
                const auto begin = Clock::now();
                const Execution execution = warden.run(programs[i % programs.size()]);
                if (execution.end == ExecutionEnd::deadline) {
                    seen[user].push_back(1e3 * (since(begin) - limit_seconds));
                } else {
                    std::printf("program %zu ended by itself: %s\n", i % programs.size(),
                                atl::sandbox::error_line(execution).c_str());
                }
            }
        });
    }
    for (std::thread& user : users) user.join();
    std::vector<double> over;
    for (const auto& list : seen) over.insert(over.end(), list.begin(), list.end());
    atl::sandbox::settles_to(before);  // keepers that have answered and are on their way out
    const std::size_t after = atl::sandbox::descendants().size();
    std::printf(
        "%4d hangs of 0.5 s, %3zu at once: %zu ended at the deadline, late by p50 %6.1f ms  p99 %6.1f ms; %zu "
        "survivors\n",
        count, in_flight, over.size(), quantile(over, 0.5), quantile(over, 0.99), after > before ? after - before : 0);
}

double rate(std::size_t in_flight, int count, const std::function<void()>& start) {
    std::vector<std::thread> users;
    const auto begin = Clock::now();
    for (std::size_t user = 0; user < in_flight; ++user) {
        users.emplace_back([&, user] {
            for (int i = static_cast<int>(user); i < count; i += static_cast<int>(in_flight)) start();
        });
    }
    for (std::thread& user : users) user.join();
    return count / since(begin);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc == 2 && std::string_view(argv[1]) == "warden") return atl::sandbox::warden_main();
    const int hangs = argc > 1 ? std::atoi(argv[1]) : 500;
    const std::size_t cores = std::max(1U, std::thread::hardware_concurrency());
    atl::sandbox::adopt_orphans();
    const auto shared_warden = std::make_shared<Warden>(atl::sandbox::WardenOptions{});
    Warden& warden = *shared_warden;
    const ExecutionRequest warm = warm_program("import numpy\nx = numpy.zeros(3)\n");
    if (warden.run(warm).result != "x") {
        std::fprintf(stderr, "no warm Python: %s\n", warden.python_error().c_str());
        return 1;
    }
    const std::vector<std::string> cold = {"/usr/bin/python3", "-I", "-S", "-c", "pass"}, nothing = {"/bin/true"};
    print_latency("plain fork and exec, true", [&] { plain_start(nothing); });
    print_latency("sandboxed, true", [&] { warden.run(native_program(nothing)); });
    print_latency("plain fork and exec, python3 -I -S", [&] { plain_start(cold); });
    print_latency("sandboxed, python3 -I -S cold", [&] { warden.run(native_program(cold)); });
    print_latency("sandboxed, python with numpy warm", [&] { warden.run(warm); });
    const std::unique_ptr<Compiler> compiler = make_compiler(shared_warden);
    const std::string text = "double value(double x) { return std::sqrt(x) * atoll_parameters[0]; }";
    const Compilation program = compiled(*compiler, text);
    const ExecutionRequest run = run_of(program, 2);
    int fresh = 0;
    print_latency("compile a new C++ program", [&] { compiled(*compiler, text + "// " + std::to_string(++fresh)); });
    print_latency("run a compiled program", [&] { warden.run(run); });
    print_latency("compile (cache hit) and run", [&] { warden.run(run_of(compiled(*compiler, text), 2)); });
    for (const std::size_t in_flight : {std::size_t{1}, cores, 2 * cores}) {
        constexpr int count = 300;
        std::printf(
            "%zu at once, starts/s: plain true %.0f, sandboxed true %.0f, compiled program %.0f, numpy warm %.0f\n",
            in_flight, rate(in_flight, count, [&] { plain_start(nothing); }),
            rate(in_flight, count, [&] { warden.run(native_program(nothing)); }),
            rate(in_flight, count, [&] { warden.run(run); }), rate(in_flight, count, [&] { warden.run(warm); }));
    }
    const std::vector<ExecutionRequest> programs = hanging_programs(*compiler);
    print_overshoot(warden, programs, hangs, cores);
    print_overshoot(warden, programs, hangs, 8 * cores);
    return 0;
}
