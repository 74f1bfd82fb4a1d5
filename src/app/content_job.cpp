// SPDX-License-Identifier: Apache-2.0
// Stored jobs, resolved without environment and flags.
#include "atoll/app/content_job.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "atoll/app/job.hpp"
#include "atoll/app/plan.hpp"
#include "atoll/core/error.hpp"

namespace atl::app {

namespace {

using Entries = std::map<std::string, ResolvedOptions::Entry, std::less<>>;

/// The options that the stored job itself holds.
Entries stored_entries(const std::string& job_toml) {
    const JobFile stored{"the job in the journal", job_toml};
    const auto resolve = [&stored] {
        try {
            return resolve_options(plan_options(), stored, {}, {});
        } catch (const InputError&) {
            return resolve_options(job_options(), stored, {}, {});
        }
    };
    Entries entries = resolve().entries();
    std::erase_if(entries, [](const auto& entry) { return entry.second.source == "default"; });
    return entries;
}

bool says_deterministic(const std::string& job_toml) {
    try {
        const Entries entries = stored_entries(job_toml);
        const auto found = entries.find("deterministic");
        return found != entries.end() && std::get<bool>(found->second.value);
    } catch (const InputError&) {
        return false;  // a job that can not be read promises nothing
    }
}

}  // namespace

std::string content_of_job(const std::string& job_toml) {
    return ResolvedOptions(stored_entries(job_toml)).content_toml();
}

bool is_deterministic(const journal::RunContents& contents) {
    return !contents.segments.empty() &&
           std::all_of(contents.segments.begin(), contents.segments.end(),
                       [](const journal::SegmentInfo& segment) { return says_deterministic(segment.job_toml); });
}

archive::FoldReport fold_run(const std::filesystem::path& root) {
    archive::FoldOptions options;
    options.content_of_job = content_of_job;
    return archive::fold_archive(root, options);
}

}  // namespace atl::app
