// SPDX-License-Identifier: Apache-2.0
// Collects the fences of a run's segment headers and answers for one segment at a time.
#include "journal/fence_table.hpp"

#include <algorithm>
#include <limits>

#include "atoll/journal/reader.hpp"
#include "journal/file_window.hpp"
#include "journal/scan.hpp"

namespace atl::journal {

void FenceTable::add(std::uint32_t by, const FenceList& list) {
    List& entry = lists_[by];
    entry.first_incarnation = list.first_incarnation;
    for (const Fence& fence : list.fences) entry.bytes[{fence.incarnation, fence.rank}] = fence.bytes;
}

void FenceTable::add_from_headers(const std::vector<SegmentFile>& files,
                                  const std::map<std::filesystem::path, std::uint64_t>& limits) {
    for (const SegmentFile& file : files) {
        if (file.incarnation == 0 || lists_.contains(file.incarnation)) continue;  // all its ranks say the same
        std::uint64_t limit = std::numeric_limits<std::uint64_t>::max();
        if (!limits.empty()) {
            const auto found = limits.find(file.path);
            if (found == limits.end()) continue;
            limit = found->second;
        }
        const std::optional<SegmentInfo> info = read_segment_info(file.path, limit);
        if (info && info->fences && info->incarnation == file.incarnation) add(file.incarnation, *info->fences);
    }
}

std::uint64_t FenceTable::counted_bytes(const SegmentFile& file) const {
    std::uint64_t counted = std::numeric_limits<std::uint64_t>::max();
    for (auto list = lists_.upper_bound(file.incarnation); list != lists_.end(); ++list) {
        if (file.incarnation < list->second.first_incarnation) continue;
        const auto named = list->second.bytes.find({file.incarnation, file.rank});
        counted = std::min(counted, named == list->second.bytes.end() ? 0 : named->second);
    }
    return counted;
}

std::optional<std::uint32_t> FenceTable::last() const {
    return lists_.empty() ? std::nullopt : std::optional(lists_.rbegin()->first);
}

FenceList measure_fences(const std::filesystem::path& run_directory, std::uint32_t incarnation) {
    std::vector<SegmentFile> files = segment_files(run_directory);
    std::erase_if(files, [incarnation](const SegmentFile& file) { return file.incarnation >= incarnation; });
    FenceTable earlier;
    earlier.add_from_headers(files, {});
    FenceList list;
    list.first_incarnation = earlier.last().value_or(0);
    for (const SegmentFile& file : files) {
        if (file.incarnation < list.first_incarnation) continue;
        // NOTE: by opening it: a network file system then asks the server for the length instead of remembering one.
        const FileWindow opened(file.path, std::numeric_limits<std::uint64_t>::max());
        list.fences.push_back({.incarnation = file.incarnation, .rank = file.rank, .bytes = opened.size()});
    }
    return list;
}

}  // namespace atl::journal
