// SPDX-License-Identifier: Apache-2.0
// The program that a prompt shows to be changed.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace atl::llm::mock {

struct ShownFile {
    std::string name;      ///< of a line "File: NAME" above its fence; empty: none
    std::string language;  ///< the fence's tag
    std::string text;      ///< without the last line's end
};

/// What stands in the fences below the last heading "Current program": the first one, and where that has a name, all
/// that have one. Without such a heading: the last fence with EVOLVE-BLOCK-START, else the last one of three lines or
/// more. Fences that show how a SEARCH/REPLACE block looks are none. Empty when there is no program.
std::vector<ShownFile> shown_program(std::string_view prompt);

}  // namespace atl::llm::mock
