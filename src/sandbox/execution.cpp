// SPDX-License-Identifier: Apache-2.0
// From how an execution ended to a verdict.
#include "atoll/sandbox/execution.hpp"

#include <algorithm>
#include <array>
#include <csignal>
#include <cstring>
#include <string_view>

namespace atl::sandbox {
namespace {

constexpr std::size_t longest_line = 300;

std::string seconds(double value) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.3g s", value);
    return text.data();
}

std::string signal_text(int signal) {
    const char* const name = sigabbrev_np(signal);
    const char* const meaning = sigdescr_np(signal);
    return name == nullptr ? "signal " + std::to_string(signal)
                           : std::string("SIG") + name + (meaning == nullptr ? "" : std::string(", ") + meaning);
}

Verdict verdict_of_signal(const Execution& execution, const ExecutionRequest& request) {
    const auto cpu_limit = static_cast<double>(request.limits.cpu_seconds);
    switch (execution.signal) {
        case SIGSYS:
            return {VerdictKind::forbidden, "system_call", "it made a system call that is not allowed"};
        case SIGXFSZ:
            return {VerdictKind::crashed, "file_size", "it wrote a file past the limit"};
        case SIGXCPU:
            return {VerdictKind::timeout, "cpu_time", "it used more than " + seconds(cpu_limit) + " of CPU"};
        case SIGKILL:
            if (execution.cpu_seconds < cpu_limit) break;
            return {VerdictKind::timeout, "cpu_time", "it used more than " + seconds(cpu_limit) + " of CPU"};
        default:
            break;
    }
    if (execution.signal == SIGABRT && error_line(execution).find("bad_alloc") != std::string::npos) {
        return {VerdictKind::out_of_memory, "memory", error_line(execution)};
    }
    return {VerdictKind::crashed, "signal", "ended by " + signal_text(execution.signal)};
}

Verdict verdict_of_exit(const Execution& execution, const ExecutionRequest& request) {
    const std::string line = error_line(execution);
    if (execution.exit_code == 0) return {};
    if (request.profile == Profile::python) {
        switch (execution.exit_code) {
            case python_exception:
                return {VerdictKind::crashed, "exception", line};
            case python_memory:
                return {VerdictKind::out_of_memory, "memory", line};
            case python_syntax:
                return {VerdictKind::compile_error, "syntax", line};
            case python_no_function:
                return {VerdictKind::wrong, "no_function", line};
            case python_no_numbers:
                return {VerdictKind::wrong, "no_numbers", line};
            default:
                break;
        }
    }
    if (request.profile == Profile::compile) return {VerdictKind::compile_error, "compiler", line};
    return {VerdictKind::crashed, "exit_code",
            "exit code " + std::to_string(execution.exit_code) + (line.empty() ? "" : ": " + line)};
}

Verdict of_any_profile(const Execution& execution, const ExecutionRequest& request) {
    switch (execution.end) {
        case ExecutionEnd::exited:
            return verdict_of_exit(execution, request);
        case ExecutionEnd::signalled:
            return verdict_of_signal(execution, request);
        case ExecutionEnd::deadline:
            return {VerdictKind::timeout, "wall_time", "it ran longer than " + seconds(request.limits.wall_seconds)};
        case ExecutionEnd::output_limit:
            return {VerdictKind::forbidden, "output",
                    "it printed more than " + std::to_string(request.limits.output_bytes) + " bytes"};
        case ExecutionEnd::not_started:
            // what kind of file it is, and the interpreter that it names, are the program's own choice
            if (execution.error.starts_with("execve: ") && !request.words.empty() &&
                request.words.front().starts_with("./")) {
                return {VerdictKind::crashed, "not_executable", "it can not be started: " + execution.error};
            }
            return {VerdictKind::infrastructure, "sandbox", execution.error};
        case ExecutionEnd::lost:
            return {VerdictKind::infrastructure, "warden", execution.error};
    }
    return {VerdictKind::infrastructure, "warden", "unknown end"};
}

}  // namespace

bool is_file_name(std::string_view name) {
    constexpr std::size_t longest = 60;
    const auto fits = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
               c == '.';
    };
    return !name.empty() && name.size() <= longest && name[0] != '.' && std::all_of(name.begin(), name.end(), fits);
}

Verdict verdict_of(const Execution& execution, const ExecutionRequest& request) {
    Verdict verdict = of_any_profile(execution, request);
    // Whatever stops a compiler, the program is to blame.
    if (request.profile == Profile::compile && !verdict.ok() && verdict.kind != VerdictKind::infrastructure) {
        verdict.kind = VerdictKind::compile_error;
    }
    return verdict;
}

std::string error_line(const Execution& execution) {
    const std::string& text = execution.output_tail.empty() ? execution.output_head : execution.output_tail;
    std::string_view rest = text;
    while (!rest.empty()) {
        const std::size_t begin = rest.find_last_of('\n') + 1;  // npos + 1 is 0
        std::string_view line = rest.substr(begin);
        rest = rest.substr(0, begin == 0 ? 0 : begin - 1);
        std::string kept;
        for (const char c : line.substr(0, longest_line)) kept += c >= ' ' && c <= '~' ? c : ' ';
        const std::size_t last = kept.find_last_not_of(' ');
        if (last == std::string::npos) continue;
        kept.resize(last + 1);
        return kept;
    }
    return {};
}

}  // namespace atl::sandbox
