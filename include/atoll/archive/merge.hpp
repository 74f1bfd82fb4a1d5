// SPDX-License-Identifier: Apache-2.0
// Joins the journals of several runs of one problem into those of one.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "atoll/archive/content_hash.hpp"
#include "atoll/journal/reader.hpp"

namespace atl::archive {

/// One run that went into a merge. Its island i is island first_island + i of the result.
struct MergeSource {
    std::filesystem::path path;          ///< as given
    std::optional<Sha256> content_hash;  ///< empty when this program does not understand the run's job
    std::uint32_t first_island = 0;
    std::uint32_t islands = 0;
    std::uint64_t evaluations = 0;
    std::uint64_t left_out = 0;           ///< evaluations whose candidate's bytes are lost
    std::vector<journal::Note> damages;   ///< what is not whole, and so not merged
    std::vector<std::string> jobs;        ///< resolved, the distinct ones: one, or those of an earlier merge
    std::vector<std::string> provenance;  ///< JSON of the segment each job is from
};

struct MergeOptions {
    ContentOfJob content_of_job;  ///< for the sources' content hashes
    std::string command_line;     ///< for the provenance
};

/// Writes OUT/journal, which must not exist, with one segment a job of a source (incarnation 0, ranks in the order
/// given): its evaluations, migrations and events, islands renumbered, snapshots left out, and an event `merged` that
/// names path, content hash, islands and evaluations. Memory holds one source at a time.
/// Throws InputError when the runs differ in problem or direction, what read_run() throws, and InfrastructureError
/// when the journals can not be written.
std::vector<MergeSource> merge_runs(const std::vector<std::filesystem::path>& runs, const std::filesystem::path& out,
                                    const MergeOptions& options);

/// "runs/a: content hash 12ab..., islands 0-7 -> 8-15, 300 evaluations".
std::string to_text(const MergeSource& source);

}  // namespace atl::archive
