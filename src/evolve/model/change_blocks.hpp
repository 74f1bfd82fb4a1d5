// SPDX-License-Identifier: Apache-2.0
// What a reply says to replace: SEARCH/REPLACE blocks and unified diffs as pairs of old and new lines.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "atoll/problems/language.hpp"

namespace atl::evolve::model {

struct ChangeBlock {
    std::string file;  ///< as the reply names it; empty: not at all
    std::vector<std::string> search;
    std::vector<std::string> replace;
    bool divided = true;   ///< there was a line between search and replacement
    bool exact = false;    ///< of a unified diff: only lines that are the same match
    std::size_t line = 0;  ///< of a unified diff: where it says that its lines begin, from 1; 0: it does not say
};

/// Blocks of lines `<<<<<<< SEARCH`, `=======`, `>>>>>>> REPLACE` with five to nine signs each, wherever they stand;
/// a missing last line is made up for by the next block, the end of the fence, or of the reply.
std::vector<ChangeBlock> search_replace_blocks(std::string_view reply, problems::Language language);

/// Hunks of unified diffs: lines behind `@@`, up to the end of the fence or the first line of another kind.
std::vector<ChangeBlock> unified_hunks(std::string_view reply, problems::Language language);

}  // namespace atl::evolve::model
