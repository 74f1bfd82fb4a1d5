// SPDX-License-Identifier: Apache-2.0
// A program with a few of its numbers changed: what the mock proposes.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "atoll/core/random.hpp"
#include "llm/mock/shown_program.hpp"

namespace atl::llm::mock {

/// Whole lines of one file; `before` occurs there once, wherever that can be had without a region's marker.
struct ChangedPiece {
    std::size_t file = 0;
    std::string before;
    std::string after;
};

struct ChangedProgram {
    std::vector<std::string> texts;  ///< of the files, in their order
    std::vector<ChangedPiece> pieces;
};

/// Changes one to three numeric literals inside the EVOLVE-BLOCK regions (where there are none: anywhere), never in a
/// comment, a string or a docstring: decimals, and integers from 100 up, which are counts rather than shapes or
/// indices. A program without such a number gets a comment "variant N" at the end of its last region, or a new N there.
ChangedProgram change(const std::vector<ShownFile>& files, RandomStream& random);

}  // namespace atl::llm::mock
