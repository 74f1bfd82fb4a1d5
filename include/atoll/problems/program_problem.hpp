// SPDX-License-Identifier: Apache-2.0
// A problem whose candidates are programs: what a program must define, and which judge its numbers come before.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace atl::problems {

struct ProgramProblem {
    std::string name;
    std::string language;  ///< "python"
    std::string judge;     ///< the vector problem that judges the numbers a program leaves
    /// Python text of our own, run in the candidate's process: result_of(module) calls what the program defines and
    /// returns bytes, little-endian binary64. It raises NoFunction or NoNumbers when there is no such thing.
    std::string adapter;
    std::uint64_t result_bytes = 0;  ///< most that the result may be
};

/// Empty when there is no program problem of that name.
std::optional<ProgramProblem> find_program_problem(const std::string& name);
std::vector<std::string> program_problem_names();

}  // namespace atl::problems
