// SPDX-License-Identifier: Apache-2.0
// Problems that users bring themselves: instances, a verifier, and for programs a driver, all of them files.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "atoll/evolve/verifier.hpp"
#include "atoll/problems/program_problem.hpp"
#include "atoll/problems/vector_problem.hpp"
#include "atoll/sandbox/program_host.hpp"

namespace atl::evolve {

enum class OwnKind : std::uint8_t { vector = 0, program_cpp = 1, program_python = 2 };

/// "vector", "program-cpp", "program-python"
std::string_view to_string(OwnKind kind);
std::optional<OwnKind> parse_own_kind(std::string_view name);
std::vector<std::string> own_kind_names();

/// Every file as it was read: nothing here looks at the disk again.
struct OwnProblem {
    std::string name;
    OwnKind kind = OwnKind::vector;
    Direction direction = Direction::maximize;
    OwnFile verifier;
    OwnFile driver;                                               ///< programs
    OwnFile program;                                              ///< programs: what to start from
    OwnFile statement;                                            ///< programs: for language models; may be missing
    std::vector<OwnFile> instances;                               ///< of a vector problem there may be none
    std::vector<OwnFile> hidden_instances;                        ///< programs
    std::size_t dimension = 0;                                    ///< vectors
    double lower = 0, upper = 1;                                  ///< vectors: of every coordinate
    double best_known = std::numeric_limits<double>::infinity();  ///< the user's word
};

/// The verifier's score of an answer is its score, [v, v]; of several instances the mean, the first that it refuses
/// being the verdict. A verifier that fails is `infrastructure`, reason "verifier".
///
/// Programs: each instance is one stage, an execution of its own. The driver is the user's text behind a header of
/// ours: cpp: `void run(const atl::Instance& instance, atl::Answer& answer)`; python:
/// `def run(program, instance: bytes)`, which returns numbers.
std::shared_ptr<const problems::ProgramProblem> make_own_program_problem(OwnProblem own,
                                                                         std::shared_ptr<const Verifier> verifier);
/// Each instance is verified with the same vector; without instances there is one, of no bytes.
std::shared_ptr<const problems::VectorProblem> make_own_vector_problem(OwnProblem own,
                                                                       std::shared_ptr<const Verifier> verifier);

/// The user's own best known value, marked as what it is; empty when it is not finite.
std::vector<problems::PublishedValue> own_best_known(double value);

/// Throws InputError when the driver of `problem`, made of `own`, can not be read or compiled, or defines no run().
void check_own_driver(const OwnProblem& own, const problems::ProgramProblem& problem, sandbox::ProgramHost& host,
                      const sandbox::Limits& limits);

}  // namespace atl::evolve
