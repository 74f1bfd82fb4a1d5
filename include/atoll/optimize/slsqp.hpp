// SPDX-License-Identifier: Apache-2.0
// NLopt's sequential quadratic programming on the same programs: the reference that interior_point is compared with.
#pragma once

#include "atoll/optimize/interior_point.hpp"

namespace atl::optimize {

/// Throws InputError when the start has the wrong length. `iterations` counts objective evaluations.
LocalResult minimize_by_slsqp(const QuadraticProgram& program, std::span<const double> start,
                              const LocalOptions& options = {});

}  // namespace atl::optimize
