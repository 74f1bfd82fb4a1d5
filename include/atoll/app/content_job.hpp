// SPDX-License-Identifier: Apache-2.0
// What a run's stored jobs say about its content hash.
#pragma once

#include <filesystem>
#include <string>

#include "atoll/archive/fold.hpp"
#include "atoll/journal/reader.hpp"

namespace atl::app {

/// The options of a resolved job that the content hash covers, as canonical TOML. Only those the job itself holds: an
/// option that later versions add does not change the hash of an older run. Throws InputError when this program does
/// not understand the job.
std::string content_of_job(const std::string& job_toml);

/// True when every incarnation ran with the option `deterministic` on; a job without it did not.
bool is_deterministic(const journal::RunContents& contents);

/// archive::fold_archive() with the job's content for the hash.
archive::FoldReport fold_run(const std::filesystem::path& root);

}  // namespace atl::app
