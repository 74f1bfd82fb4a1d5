// SPDX-License-Identifier: Apache-2.0
// One execution of foreign code: what to run under which limits, and what came of it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "atoll/core/verdict.hpp"

namespace atl::sandbox {

struct Limits {
    double wall_seconds = 10;
    std::uint64_t cpu_seconds = 10;
    std::uint64_t memory_bytes = std::uint64_t{1} << 30;    ///< address space of each process
    std::uint64_t scratch_bytes = std::uint64_t{64} << 20;  ///< of the scratch folder, and of any one file
    std::uint64_t output_bytes = std::uint64_t{1} << 20;    ///< printed; a program that prints more is ended
    std::uint64_t result_bytes = std::uint64_t{1} << 20;    ///< of the result file
    std::uint32_t open_files = 64;
    std::uint32_t processes = 32;  ///< and threads
};

enum class Profile : std::uint8_t {
    python = 0,   ///< a warm interpreter, forked; no new process, no exec
    native = 1,   ///< one exec of a program file; no new process, no exec after it
    compile = 2,  ///< a fixed toolchain; may start processes
};

/// Letters, digits, '_', '-' and '.', the last not first; at most 60.
bool is_file_name(std::string_view name);

struct ProgramFile {
    std::string name;  ///< see is_file_name(); lies in the scratch folder
    std::string bytes;
    bool executable = false;
};

struct ExecutionRequest {
    Profile profile = Profile::python;
    std::vector<ProgramFile> files;
    /// native, compile: the program (absolute, or in the scratch folder with "./") and its arguments.
    /// python: the program's file and the file of the adapter, which defines result_of(module).
    std::vector<std::string> words;
    std::string result_name = "result";  ///< read when the first process ended with 0; empty: nothing is read
    Limits limits;
};

enum class ExecutionEnd : std::uint8_t {
    exited = 0,
    signalled = 1,
    deadline = 2,
    output_limit = 3,
    not_started = 4,  ///< a step of the sandbox failed, nothing of the candidate ran
    lost = 5,         ///< the warden or the keeper is gone
};

enum class ResultFile : std::uint8_t { none = 0, read = 1, not_a_file = 2, too_large = 3 };

/// Exit codes of the Python driver. They are the candidate's own word: they tell one failure from another, and no
/// more.
enum PythonExit : int {
    python_exception = 101,
    python_memory = 102,
    python_syntax = 103,
    python_no_function = 104,
    python_no_numbers = 105,
};

struct Execution {
    ExecutionEnd end = ExecutionEnd::lost;
    int exit_code = 0;  ///< exited
    int signal = 0;     ///< signalled
    std::string error;  ///< not_started, lost: what failed
    double wall_seconds = 0;
    double cpu_seconds = 0;        ///< of all its processes
    std::uint64_t peak_bytes = 0;  ///< largest resident size of one process, a warm interpreter's own part included
    std::uint64_t printed_bytes = 0;
    std::string output_head;  ///< at most output_kept_bytes of what was printed, standard output and error together
    std::string output_tail;  ///< the last bytes of what is not in the head
    ResultFile result_file = ResultFile::none;
    std::string result;
};

inline constexpr std::size_t output_kept_bytes = 8192;

/// The verdict as far as the execution alone decides it: `ok` means that it ended with 0, nothing more. What a judge
/// makes of the result file comes after.
Verdict verdict_of(const Execution& execution, const ExecutionRequest& request);

/// The last line printed that is not empty, cut to 300 bytes; printable characters only.
std::string error_line(const Execution& execution);

}  // namespace atl::sandbox
