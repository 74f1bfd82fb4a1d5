// SPDX-License-Identifier: Apache-2.0
// Two passes over the sources: first what they are, without candidates, then record by record into the new journals.
#include "atoll/archive/merge.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>
#include <memory>
#include <utility>

#include "archive/provenance.hpp"
#include "atoll/archive/queries.hpp"
#include "atoll/core/build_info.hpp"
#include "atoll/core/clock.hpp"
#include "atoll/core/error.hpp"
#include "atoll/core/json.hpp"
#include "atoll/journal/writer.hpp"

namespace atl::archive {
namespace fs = std::filesystem;
namespace {

using Lengths = std::map<fs::path, std::uint64_t>;

/// The journal's queue is let run empty this often, so that it does not hold a whole source.
constexpr std::uint64_t records_between_flushes = 4096;

std::optional<Sha256> hash_of(const journal::RunContents& contents, const ContentOfJob& content_of_job) {
    try {
        return content_hash(contents, content_toml(contents, content_of_job));
    } catch (const InputError&) {
        return std::nullopt;
    }
}

/// As many as the job had, or more when a record says so.
std::uint32_t count_islands(const journal::RunContents& contents) {
    std::uint64_t islands = 1;
    const std::optional<Json> provenance = provenance_of(contents);
    if (provenance && (*provenance)["islands"].is_integer()) {
        islands = static_cast<std::uint64_t>(std::max<std::int64_t>(1, (*provenance)["islands"].as_integer()));
    }
    for (const EvaluationRecord& record : contents.evaluations) {
        islands = std::max(islands, std::uint64_t{record.key.island} + 1);
    }
    return static_cast<std::uint32_t>(std::min<std::uint64_t>(islands, std::numeric_limits<std::uint32_t>::max()));
}

MergeSource describe(const fs::path& path, const journal::RunContents& contents, const MergeOptions& options) {
    MergeSource source;
    source.path = path;
    source.content_hash = hash_of(contents, options.content_of_job);
    source.islands = count_islands(contents);
    source.damages = contents.damages;
    for (const journal::SegmentInfo& segment : contents.segments) {
        // A resume may change limits: the first incarnation's job is the run's.
        if (segment.incarnation != contents.segments.front().incarnation && !source.jobs.empty()) break;
        if (segment.job_toml.empty()) continue;
        if (std::find(source.jobs.begin(), source.jobs.end(), segment.job_toml) != source.jobs.end()) continue;
        source.jobs.push_back(segment.job_toml);
        source.provenance.push_back(segment.provenance_json);
    }
    return source;
}

void check_same_subject(const fs::path& first_path, const RunSubject& first, const fs::path& path,
                        const RunSubject& other) {
    if (first.problem == other.problem && first.direction == other.direction) return;
    throw InputError(
        fmt::format("{} is of problem '{}' ({}), {} of problem '{}' ({}); only runs of one problem can be merged",
                    first_path.string(), first.problem, to_string(first.direction), path.string(), other.problem,
                    to_string(other.direction)));
}

Json provenance_json(const RunSubject& about, const std::vector<MergeSource>& sources, const MergeOptions& options) {
    Json json;
    json.set("software", "atoll");
    json.set("software_version", build_info().version);
    json.set("git_commit", build_info().git_commit);
    json.set("date", utc_timestamp());
    json.set("command_line", options.command_line);
    json.set("problem", about.problem);
    json.set("direction", to_string(about.direction));
    std::uint64_t islands = 0;
    Json::Array merged;
    for (const MergeSource& source : sources) {
        islands += source.islands;
        Json row;
        row.set("path", source.path.string());
        row.set("content_hash", source.content_hash ? Json(to_hex(*source.content_hash)) : Json());
        row.set("first_island", source.first_island);
        row.set("islands", source.islands);
        Json::Array provenance;
        for (const std::string& text : source.provenance) provenance.emplace_back(text);
        row.set("provenance", std::move(provenance));
        merged.push_back(std::move(row));
    }
    json.set("islands", islands);
    json.set("merged_from", std::move(merged));
    return json;
}

/// One source's records on their way into the new journal.
class Renumbering {
public:
    Renumbering(journal::FileJournal& journal, std::uint32_t first_island)
        : journal_(journal), first_island_(first_island) {}

    void append(EvaluationRecord record) {
        move(record.key);
        if (record.parent_1) move(*record.parent_1);
        if (record.parent_2) move(*record.parent_2);
        take(std::move(record));
    }
    void append(MigrationRecord record) {
        record.from_island += first_island_;
        record.to_island += first_island_;
        move(record.key);
        take(record);
    }
    void append(LlmCallRecord record) {
        move(record.key);
        take(std::move(record));
    }
    void append(EventRecord record) { take(std::move(record)); }

private:
    void move(EvaluationKey& key) const { key.island += first_island_; }
    void take(Record record) {
        if (journal_.append(std::move(record)) % records_between_flushes == 0) journal_.flush();
    }

    journal::FileJournal& journal_;
    std::uint32_t first_island_;
};

/// Its bytes are there, or it has none.
bool is_whole(const EvaluationRecord& record) {
    return !record.candidate.bytes.empty() || record.candidate_sha256 == Sha256{} ||
           record.candidate_sha256 == sha256("");
}

void write_source(MergeSource& source, const Lengths& lengths, const fs::path& out, std::uint32_t& next_rank,
                  const std::string& provenance) {
    journal::ReadOptions options;
    options.byte_limits = lengths;
    journal::RunContents contents = journal::read_run(source.path, options);
    std::vector<std::unique_ptr<journal::FileJournal>> segments;
    std::vector<std::string> jobs = source.jobs;
    if (jobs.empty()) jobs.emplace_back();  // every header is lost
    for (std::string& job : jobs) {
        journal::SegmentInfo info;
        info.rank = next_rank++;
        info.provenance_json = provenance;
        info.job_toml = std::move(job);
        segments.push_back(std::make_unique<journal::FileJournal>(out, info));
    }
    Renumbering records(*segments.front(), source.first_island);
    for (EvaluationRecord& record : contents.evaluations) {
        if (!is_whole(record)) {
            ++source.left_out;
            continue;
        }
        ++source.evaluations;
        records.append(std::move(record));
    }
    for (const MigrationRecord& record : contents.migrations) records.append(record);
    for (LlmCallRecord& record : contents.llm_calls) records.append(std::move(record));
    for (EventRecord& record : contents.events) records.append(std::move(record));
    records.append(EventRecord{.name = "merged", .text = to_text(source), .elapsed_seconds = 0});
    for (const auto& segment : segments) segment->flush();
}

}  // namespace

std::vector<MergeSource> merge_runs(const std::vector<fs::path>& runs, const fs::path& out,
                                    const MergeOptions& options) {
    std::vector<MergeSource> sources;
    std::vector<Lengths> lengths;  // a run that still grows is merged as it is now
    RunSubject about;
    std::uint64_t islands = 0;
    for (const fs::path& path : runs) {
        journal::ReadOptions read;
        read.load_candidates = false;
        read.byte_limits = journal::segment_lengths(path);
        const journal::RunContents contents = journal::read_run(path, read);
        if (!contents.plan_counts.empty()) {
            throw InputError(
                path.string() +
                " is a search for plans, whose certificate is of one space; only evolve runs can be merged");
        }
        const RunSubject subject_here = subject(contents);
        if (sources.empty()) about = subject_here;
        check_same_subject(runs.front(), about, path, subject_here);
        sources.push_back(describe(path, contents, options));
        sources.back().first_island = static_cast<std::uint32_t>(islands);
        islands += sources.back().islands;
        if (islands > std::numeric_limits<std::uint32_t>::max()) {
            throw InputError("the runs have more islands together than one archive can number; merge fewer");
        }
        lengths.push_back(std::move(read.byte_limits));
    }
    const std::string provenance = provenance_json(about, sources, options).dump();
    std::uint32_t next_rank = 0;
    for (std::size_t i = 0; i < sources.size(); ++i) write_source(sources[i], lengths[i], out, next_rank, provenance);
    return sources;
}

std::string to_text(const MergeSource& source) {
    const std::uint64_t last = source.islands - 1;
    return fmt::format("{}: content hash {}, islands 0-{} -> {}-{}, {} evaluations", source.path.string(),
                       source.content_hash ? to_hex(*source.content_hash) : "unknown", last, source.first_island,
                       source.first_island + last, source.evaluations);
}

}  // namespace atl::archive
