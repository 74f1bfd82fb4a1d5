// SPDX-License-Identifier: Apache-2.0
// Where a program has numbers that may be changed, told from its text alone, whatever C-like language or Python it is.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace atl::llm::mock {

/// Bytes [begin, end) of a line.
struct LiteralSite {
    std::size_t line = 0;
    std::size_t begin = 0;
    std::size_t end = 0;
};

/// Which lines lie inside EVOLVE-BLOCK regions; all do where there is no region. Markers do not.
std::vector<bool> editable_lines(const std::vector<std::string_view>& lines);

/// Decimals ("0.5", "1e-3") and integers from 100 up on editable lines, outside comments and strings.
std::vector<LiteralSite> literal_sites(const std::vector<std::string_view>& lines, const std::vector<bool>& editable,
                                       bool python);

}  // namespace atl::llm::mock
