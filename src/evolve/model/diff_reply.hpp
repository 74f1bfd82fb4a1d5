// SPDX-License-Identifier: Apache-2.0
// Replies that say what to replace in the parent.
#pragma once

#include <string_view>

#include "evolve/model/parent_program.hpp"

namespace atl::evolve::model {

/// Whether the reply has a block or a hunk at all.
bool holds_changes(std::string_view reply, problems::Language language);

/// All blocks, one after the other, or none: the first that can not be made is the reason for refusing the reply.
/// Lines match when they are the same; else without blanks at their ends; else without any blanks. A part of one line
/// matches where it is the only one. Of several places the one inside of regions is meant.
ParsedReply read_diff_reply(const ParentProgram& parent, std::string_view reply);

}  // namespace atl::evolve::model
