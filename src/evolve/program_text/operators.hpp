// SPDX-License-Identifier: Apache-2.0
// Operators on one or two parsed programs; each is tried again by its caller when the result is not acceptable.
#pragma once

#include <optional>
#include <string>

#include "atoll/core/random.hpp"
#include "evolve/program_text/program_text.hpp"

namespace atl::evolve::program_text {

/// Empty when there is nothing to change, or this try came to nothing.
using Child = std::optional<std::string>;

/// Finding the statements of a text costs more than a try to change them.
inline constexpr int tries_per_reading = 4;

Child vary_literals(const ProgramText& parent, RandomStream& random);
Child vary_operator(const ProgramText& parent, RandomStream& random);
Child vary_statement(const ProgramText& parent, RandomStream& random);
Child vary_expression(const ProgramText& parent, RandomStream& random);
Child cross(const ProgramText& parent, const ProgramText& donor, RandomStream& random);
Child cross_expressions(const ProgramText& parent, const ProgramText& donor, RandomStream& random);

/// Each slot grown anew with probability 1/2.
Child grow_slots(const ProgramText& parent, RandomStream& random);

}  // namespace atl::evolve::program_text
