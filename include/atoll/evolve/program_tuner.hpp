// SPDX-License-Identifier: Apache-2.0
// The inner search over a program's numbers: its structure stays, its hoisted literals are tuned by CMA-ES.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "atoll/core/random.hpp"
#include "atoll/evolve/program_runner.hpp"

namespace atl::evolve {

struct Tuned {
    std::string text;         ///< the given one where nothing better was found
    std::uint64_t calls = 0;  ///< programs run and judged
    double cpu_seconds = 0;   ///< of the programs
};

/// Runs on the first stage of the open instances, which steers the search and decides nothing: what comes out is a
/// candidate like any other. Steps are relative to each literal's size, of a width drawn between a hundredth and one.
/// C++: one compile for all, and a generation's parameter sets in one process. Pure but for the processes it starts.
class ProgramTuner {
public:
    ProgramTuner(std::shared_ptr<const problems::ProgramProblem> problem, std::shared_ptr<const ProgramRunner> runner,
                 std::uint64_t maximum_calls);

    Tuned tune(const std::string& text, RandomStream& random) const;
    std::uint64_t maximum_calls() const { return maximum_calls_; }

private:
    struct Trial;
    std::vector<double> merits(Trial& trial, std::span<const std::vector<double>> sets) const;
    double merit_of(const std::string& result) const;

    std::shared_ptr<const problems::ProgramProblem> problem_;
    std::shared_ptr<const ProgramRunner> runner_;
    std::uint64_t maximum_calls_;
};

}  // namespace atl::evolve
