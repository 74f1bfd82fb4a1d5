// SPDX-License-Identifier: Apache-2.0
// Which bytes of each segment count, by what later incarnations said when they took the run over.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "atoll/journal/encoding.hpp"
#include "journal/segment_files.hpp"

namespace atl::journal {

class FenceTable {
public:
    /// The list that incarnation `by` made.
    void add(std::uint32_t by, const FenceList& list);

    /// Reads the headers of `files` (by incarnation) for their lists; `limits` as in ReadOptions::byte_limits.
    void add_from_headers(const std::vector<SegmentFile>& files,
                          const std::map<std::filesystem::path, std::uint64_t>& limits);

    /// How many bytes from the beginning count; the largest number when it is not fenced.
    std::uint64_t counted_bytes(const SegmentFile& file) const;

    /// The last incarnation that made a list; empty when there is none.
    std::optional<std::uint32_t> last() const;

private:
    struct List {
        std::uint32_t first_incarnation = 0;
        std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint64_t> bytes;  ///< by incarnation and rank
    };
    std::map<std::uint32_t, List> lists_;  ///< by the incarnation that made it
};

}  // namespace atl::journal
