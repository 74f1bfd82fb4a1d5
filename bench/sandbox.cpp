// SPDX-License-Identifier: Apache-2.0
// The sandbox's costs: how late hangs are ended, what one start takes, and starts a second beside plain fork and exec.
//
// Usage: sandbox [HANGS]   (default 500)
#include <spawn.h>
#include <sys/wait.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <functional>
#include <string_view>
#include <thread>

#include "atoll/sandbox/warden.hpp"

namespace {

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

/// `count` hangs of 0.5 s, `in_flight` at once; how much later than that each one's answer came.
void print_overshoot(Warden& warden, int count, std::size_t in_flight) {
    constexpr double limit_seconds = 0.5;
    ExecutionRequest request = warm_program("while True:\n try:\n  while True: pass\n except BaseException: pass\n");
    request.limits.wall_seconds = limit_seconds;
    std::vector<double> over;
    int ended = 0;
    std::vector<std::thread> users;
    std::vector<std::vector<double>> seen(in_flight);
    for (std::size_t user = 0; user < in_flight; ++user) {
        users.emplace_back([&, user] {
            for (int i = static_cast<int>(user); i < count; i += static_cast<int>(in_flight)) {
                const auto begin = Clock::now();
                const Execution execution = warden.run(request);
                if (execution.end == ExecutionEnd::deadline) seen[user].push_back(1e3 * (since(begin) - limit_seconds));
            }
        });
    }
    for (std::thread& user : users) user.join();
    for (const auto& list : seen) over.insert(over.end(), list.begin(), list.end());
    ended = static_cast<int>(over.size());
    std::printf("%4d hangs of 0.5 s, %3zu at once: %d ended at the deadline, late by p50 %6.1f ms  p99 %6.1f ms\n",
                count, in_flight, ended, quantile(over, 0.5), quantile(over, 0.99));
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
    Warden warden(atl::sandbox::WardenOptions{});
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
    for (const std::size_t in_flight : {std::size_t{1}, cores, 2 * cores}) {
        constexpr int count = 300;
        std::printf("%zu at once, starts/s: plain true %.0f, sandboxed true %.0f, numpy warm %.0f\n", in_flight,
                    rate(in_flight, count, [&] { plain_start(nothing); }),
                    rate(in_flight, count, [&] { warden.run(native_program(nothing)); }),
                    rate(in_flight, count, [&] { warden.run(warm); }));
    }
    print_overshoot(warden, hangs, cores);
    print_overshoot(warden, hangs, 8 * cores);
    return 0;
}
