// SPDX-License-Identifier: Apache-2.0
// The problems compiled in: one line each. A new problem is a source file that defines make_<name>(), and its line
// here.
#pragma once

#include <memory>

#include "atoll/problems/vector_problem.hpp"

#define ATOLL_VECTOR_PROBLEMS(entry) entry(circles_26) entry(circles_32) entry(min_ratio_2d_16) entry(noop)

namespace atl::problems {

#define ATOLL_DECLARE_PROBLEM(name) std::unique_ptr<VectorProblem> make_##name();
ATOLL_VECTOR_PROBLEMS(ATOLL_DECLARE_PROBLEM)
#undef ATOLL_DECLARE_PROBLEM

}  // namespace atl::problems
