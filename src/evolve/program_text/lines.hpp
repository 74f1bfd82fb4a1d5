// SPDX-License-Identifier: Apache-2.0
// A text as lines.
#pragma once

#include <string_view>
#include <vector>

namespace atl::evolve {

/// Without their line feeds; a feed at the end begins no further line.
inline std::vector<std::string_view> lines_of(std::string_view text) {
    std::vector<std::string_view> lines;
    while (!text.empty()) {
        const std::size_t feed = text.find('\n');
        lines.push_back(text.substr(0, feed));
        text.remove_prefix(feed == std::string_view::npos ? text.size() : feed + 1);
    }
    return lines;
}

}  // namespace atl::evolve
