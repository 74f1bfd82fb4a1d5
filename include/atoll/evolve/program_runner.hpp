// SPDX-License-Identifier: Apache-2.0
// Runs a program candidate once, confined, and brings back the bytes it left.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "atoll/core/record.hpp"
#include "atoll/problems/program_problem.hpp"
#include "atoll/sandbox/execution.hpp"
#include "atoll/sandbox/program_host.hpp"

namespace atl::evolve {

inline constexpr std::string_view program_genome = "program";
inline constexpr std::size_t program_text_max_bytes = std::size_t{1} << 20;

/// What came of one execution.
struct ProgramRun {
    Verdict verdict;                   ///< as far as running decides it; ok: `results` are there to be judged
    std::vector<std::string> results;  ///< one for each parameter set
    sandbox::Execution execution;
    double wall_seconds = 0;  ///< compiling included
    double cpu_seconds = 0;
};

/// Thread-safe and immutable. Nothing that a program does makes it throw.
class ProgramRunner {
public:
    ProgramRunner(const problems::ProgramProblem& problem, std::shared_ptr<sandbox::ProgramHost> host,
                  sandbox::Limits limits);

    ProgramRun run(const Candidate& candidate, const problems::Stage& stage) const;

private:
    problems::Language language_;
    std::string driver_;
    std::shared_ptr<sandbox::ProgramHost> host_;
    sandbox::Limits limits_;
};

}  // namespace atl::evolve
