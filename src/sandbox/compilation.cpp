// SPDX-License-Identifier: Apache-2.0
// Verdicts on compiler runs: what the text is to blame for, and what a limit or the machine.
#include "sandbox/compilation.hpp"

#include <csignal>
#include <memory>
#include <utility>

namespace atl::sandbox {
namespace {

constexpr std::size_t diagnostics_kept_bytes = 4096, longest_line = 300;

std::string printable(std::string_view line) {
    constexpr std::string_view quotes = "\xe2\x80";  // of a compiler that speaks UTF-8: two bytes and \x98 or \x99
    std::string kept;
    for (std::size_t i = 0; i < line.size() && kept.size() < longest_line; ++i) {
        if (line.substr(i).starts_with(quotes)) {
            kept += '\'';
            i += quotes.size();
        } else {
            kept += line[i] >= ' ' && line[i] <= '~' ? line[i] : ' ';
        }
    }
    const std::size_t last = kept.find_last_not_of(' ');
    kept.resize(last == std::string::npos ? 0 : last + 1);
    return kept;
}

bool contains_any(std::string_view text, std::initializer_list<std::string_view> words) {
    for (const std::string_view word : words) {
        if (text.find(word) != std::string_view::npos) return true;
    }
    return false;
}

Verdict failure(const Execution& execution, const Limits& limits, std::string_view diagnostics) {
    const std::string line = first_error(diagnostics);
    const bool cpu_used_up = execution.cpu_seconds >= static_cast<double>(limits.cpu_seconds) ||
                             (execution.end == ExecutionEnd::signalled && execution.signal == SIGXCPU);
    switch (execution.end) {
        case ExecutionEnd::deadline:
            return {VerdictKind::timeout, "compile_time", "the compiler ran longer than the limit"};
        case ExecutionEnd::output_limit:
            return {VerdictKind::forbidden, "output", "the compiler printed more than the limit"};
        case ExecutionEnd::not_started:
            return {VerdictKind::infrastructure, "sandbox", execution.error};
        case ExecutionEnd::lost:
            return {VerdictKind::infrastructure, "warden", execution.error};
        case ExecutionEnd::exited:
        case ExecutionEnd::signalled:
            break;
    }
    if (cpu_used_up) return {VerdictKind::timeout, "compile_time", "the compiler used more CPU than the limit"};
    // The words may stand in the candidate's own text; then it has failed, and is only not kept.
    if (contains_any(diagnostics, {"out of memory", "virtual memory exhausted", "Cannot allocate memory",
                                   "memory exhausted", "bad_alloc"})) {
        return {VerdictKind::out_of_memory, "compiler_memory", line};
    }
    if (contains_any(diagnostics, {"Killed signal", "CPU time limit exceeded"})) {
        return {VerdictKind::timeout, "compile_time", line};
    }
    if (execution.end == ExecutionEnd::signalled) {
        return {VerdictKind::compile_error, "compiler", "the compiler crashed" + (line.empty() ? "" : ": " + line)};
    }
    return {VerdictKind::compile_error, "compiler", line};
}

}  // namespace

std::string first_error(std::string_view diagnostics) {
    std::string last;
    while (!diagnostics.empty()) {
        const std::size_t end = diagnostics.find('\n');
        const std::string_view line = diagnostics.substr(0, end);
        diagnostics.remove_prefix(end == std::string_view::npos ? diagnostics.size() : end + 1);
        if (contains_any(line, {"error:", "Error:", "undefined reference", "multiple definition"})) {
            return printable(line);
        }
        std::string text = printable(line);
        if (!text.empty()) last = std::move(text);
    }
    return last;
}

Compilation compilation_of(Execution execution, const Limits& limits) {
    Compilation compilation;
    compilation.seconds = execution.wall_seconds;
    compilation.diagnostics = execution.output_head.substr(0, diagnostics_kept_bytes);
    if (execution.end != ExecutionEnd::exited || execution.exit_code != 0) {
        compilation.verdict = failure(execution, limits, execution.output_head + execution.output_tail);
        return compilation;
    }
    switch (execution.result_file) {
        case ResultFile::read:
            if (execution.result.empty()) break;
            compilation.executable = std::make_shared<const std::string>(std::move(execution.result));
            return compilation;
        case ResultFile::too_large:
            compilation.verdict = {VerdictKind::compile_error, "executable_size",
                                   "the executable is larger than " + std::to_string(limits.result_bytes) + " bytes"};
            return compilation;
        case ResultFile::none:
        case ResultFile::not_a_file:
            break;
    }
    compilation.verdict = {VerdictKind::compile_error, "compiler", "the compiler left no executable"};
    return compilation;
}

bool is_kept(const Compilation& compilation) {
    return compilation.verdict.ok() || compilation.verdict.kind == VerdictKind::compile_error;
}

}  // namespace atl::sandbox
