// SPDX-License-Identifier: Apache-2.0
// A warden of the program under test, and programs for it.
#pragma once

#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <string>

#include "atoll/sandbox/warden.hpp"

namespace atl::sandbox {

inline WardenOptions test_warden() {
    WardenOptions options;
    const char* const other = std::getenv("SANDBOX_PROGRAM");
    options.program = other != nullptr ? other : ATOLL_PROGRAM;
    return options;
}

/// The program, with an adapter that leaves what its run() returns, or the number 1.
inline ExecutionRequest python_program(const std::string& text) {
    ExecutionRequest request;
    request.files = {{"program.py", text, false},
                     {"adapter.py",
                      "import struct\n"
                      "def result_of(module):\n"
                      "    return struct.pack('<d', module.run() if hasattr(module, 'run') else 1.0)\n",
                      false}};
    request.words = {"program.py", "adapter.py"};
    return request;
}

inline ExecutionRequest harmless_program() {
    return python_program("import numpy\ndef run(): return float(numpy.linalg.norm(numpy.array([3.0, 4.0])))\n");
}

inline std::string harmless_result() {
    const double five = 5;
    std::string bytes(sizeof five, '\0');
    std::memcpy(bytes.data(), &five, sizeof five);
    return bytes;
}

/// A C text compiled in the sandbox; throws with the compiler's words.
inline ProgramFile compiled(Warden& warden, const std::string& text) {
    ExecutionRequest request;
    request.profile = Profile::compile;
    request.files = {{"attack.c", text, false}};
    request.words = {"/usr/bin/gcc", "-O0", "-w", "-o", "result", "attack.c"};
    request.limits.wall_seconds = 60;
    request.limits.cpu_seconds = 60;
    request.limits.processes = 200;
    Execution execution = warden.run(request);
    const Verdict verdict = verdict_of(execution, request);
    if (!verdict.ok() || execution.result_file != ResultFile::read) {
        throw std::runtime_error(verdict.reason + ": " + verdict.text + "\n" + execution.output_head);
    }
    return {"attack", std::move(execution.result), true};
}

}  // namespace atl::sandbox
