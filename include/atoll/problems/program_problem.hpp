// SPDX-License-Identifier: Apache-2.0
// A problem whose candidates are programs: what a program must define, on which instances it runs, and who judges what
// it leaves.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "atoll/problems/language.hpp"
#include "atoll/problems/problem.hpp"
#include "atoll/problems/vector_problem.hpp"

namespace atl::problems {

/// The instances that a search sees, and those that only its result is checked on.
inline constexpr std::string_view open_instances = "open";
inline constexpr std::string_view hidden_instances = "hidden";

/// One execution of a program: the bytes of its file "input", and how much it may leave.
struct Stage {
    std::string name;   ///< one word, for metrics and messages
    std::string input;  ///< the problem's own layout, little-endian binary64; empty: the program gets no input
    std::uint64_t result_bytes = std::uint64_t{1} << 20;
};

/// A cascade: the stages of an instance set run in order, each in a process of its own. Later stages cost more; the
/// judgement of an early one may end the evaluation, by its verdict or by a threshold of the job.
class ProgramProblem : public Problem {
public:
    virtual Language language() const = 0;

    /// Text of ours that runs in the program's process and calls what the program defines.
    /// python: defines result_of(module) or result_of(module, input), which returns bytes;
    /// cpp: defines void atoll_run(const double* input, std::size_t count, atoll::Answer& answer).
    virtual std::string driver() const = 0;

    /// A program to start from, with its evolve regions marked.
    virtual std::string initial_program() const = 0;

    /// For people and language models: what a program must define, what it is given, what is a better score. Markdown.
    virtual std::string statement() const = 0;

    /// At least one for open instances (unless judges_text()); none for hidden ones where there are no such. Built
    /// once: the reference stays valid as long as the problem.
    virtual const std::vector<Stage>& stages(std::string_view instance_set) const = 0;

    /// Judges what the program left in stages 0 .. results.size() - 1, of which the last is new: one byte string each,
    /// as the driver made it. The score of the last stage of all is the candidate's; those of earlier stages steer
    /// thresholds and inner searches. Strict, and never throws on any input.
    virtual Judgement judge(std::string_view instance_set, std::span<const std::string> results) const = 0;

    /// Problems that look at the text alone and run nothing: judge_text() judges a candidate, there are no stages and
    /// no driver, and no sandbox is started.
    virtual bool judges_text() const { return false; }
    virtual Judgement judge_text(std::string_view text) const;

    /// When a program's result is a vector of another problem, that problem: its result may then be polished.
    virtual const VectorProblem* vectors() const { return nullptr; }
};

/// `instance_families`: of the problem's families (or1, weibull_5k), which to take; empty: its default. Null when there
/// is no program problem of that name; throws InputError for an unknown family.
std::unique_ptr<ProgramProblem> make_program_problem(const std::string& name,
                                                     const std::vector<std::string>& instance_families = {});
std::vector<std::string> program_problem_names();

}  // namespace atl::problems
