// SPDX-License-Identifier: Apache-2.0
// Replies that hold a program, or the parts of one that may change.
#pragma once

#include <string_view>

#include "evolve/model/parent_program.hpp"

namespace atl::evolve::model {

/// Of all fences (without any: of the text, from its first to its last definition) the first that defines all that the
/// parent's regions define and differs from the parent; else all of them together, where each defines something else;
/// else the one that defines most, the last of equals. Of a program of several files each is looked for by the name in
/// the fence's info, in the line before it or in its first line; without a name by what it defines.
ParsedReply read_program_reply(const ParentProgram& parent, std::string_view reply);

/// Whether the reply, which may still grow, has such a first fence, closed.
bool holds_whole_program(const ParentProgram& parent, std::string_view reply_so_far);

}  // namespace atl::evolve::model
