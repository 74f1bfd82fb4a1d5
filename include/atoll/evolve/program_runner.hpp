// SPDX-License-Identifier: Apache-2.0
// Runs a program candidate once, confined, and brings back the bytes it left.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "atoll/core/record.hpp"
#include "atoll/problems/program_problem.hpp"
#include "atoll/sandbox/execution.hpp"
#include "atoll/sandbox/program_host.hpp"

namespace atl::evolve {

/// What came of one execution.
struct ProgramRun {
    Verdict verdict;                   ///< as far as running decides it; ok: `results` are there to be judged
    std::vector<std::string> results;  ///< one for each parameter set
    sandbox::Execution execution;
    std::string diagnostics;  ///< of the compiler
    double wall_seconds = 0;
    double cpu_seconds = 0;
};

/// Thread-safe and immutable. Nothing that a program holds or does makes it throw.
class ProgramRunner {
public:
    /// Starts what the problem's language needs of the host; throws what that throws.
    ProgramRunner(const problems::ProgramProblem& problem, std::shared_ptr<sandbox::ProgramHost> host,
                  sandbox::Limits limits);

    ProgramRun run(const Candidate& candidate, const problems::Stage& stage) const;

    /// A C++ program with these values in place of its hoisted literals, one set after the other in one process.
    /// `structure`: of hoist_literals(). The program may carry state from set to set: good enough to steer a search by.
    ProgramRun run_sets(const std::string& structure, std::span<const std::vector<double>> sets,
                        const problems::Stage& stage) const;

    problems::Language language() const { return language_; }

private:
    ProgramRun run_python(const std::string& text, const problems::Stage& stage) const;
    ProgramRun execute(sandbox::ExecutionRequest request, const problems::Stage& stage) const;

    problems::Language language_;
    std::string driver_;
    std::shared_ptr<sandbox::ProgramHost> host_;
    std::shared_ptr<sandbox::Compiler> compiler_;  ///< for C++
    sandbox::Limits limits_;
};

}  // namespace atl::evolve
