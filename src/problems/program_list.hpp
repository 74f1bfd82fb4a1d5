// SPDX-License-Identifier: Apache-2.0
// The problems over programs that are compiled in: one line each.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "atoll/core/error.hpp"
#include "atoll/problems/program_problem.hpp"

#define ATOLL_PROGRAM_PROBLEMS(entry) \
    entry(circles_26_program) entry(noop_program) entry(online_bin_packing) entry(tsp_construct)

namespace atl::problems {

/// `families`: empty for the default ones; throws unknown_family() for any other than the problem's.
#define ATOLL_DECLARE_PROGRAM_PROBLEM(name) \
    std::unique_ptr<ProgramProblem> make_##name(const std::vector<std::string>& families);
ATOLL_PROGRAM_PROBLEMS(ATOLL_DECLARE_PROGRAM_PROBLEM)
#undef ATOLL_DECLARE_PROGRAM_PROBLEM

InputError unknown_family(const std::string& problem, const std::string& wanted, std::span<const std::string> known);

}  // namespace atl::problems
