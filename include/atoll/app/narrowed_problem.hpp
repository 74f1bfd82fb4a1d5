// SPDX-License-Identifier: Apache-2.0
// A problem searched inside narrower bounds than its own (search.lower, search.upper).
#pragma once

#include <memory>
#include <vector>

#include "atoll/problems/vector_problem.hpp"

namespace atl::app {

/// The same problem with every bound cut to [lower, upper]; judged as before. Returns `problem` itself when nothing is
/// cut. Throws InputError when a coordinate's bounds cross.
std::shared_ptr<const problems::VectorProblem> narrow(std::shared_ptr<const problems::VectorProblem> problem,
                                                      double lower, double upper);

}  // namespace atl::app
