// SPDX-License-Identifier: Apache-2.0
// Reads a run back from its journals: all that is whole, and notes on what is not.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

#include "atoll/core/record.hpp"
#include "atoll/journal/encoding.hpp"

namespace atl::journal {

/// Something a reader should know about one place of one segment.
struct Note {
    std::filesystem::path file;
    std::uint64_t offset = 0;  ///< first byte concerned
    std::uint64_t bytes = 0;   ///< how many
    std::string text;          ///< one sentence, with file and offset
};

/// What an island learnt: an evaluation of its own, or a migrant it took in.
using Learnt = std::variant<EvaluationKey, MigrationRecord>;

/// Where a candidate's bytes lie.
struct CandidatePlace {
    std::size_t file = 0;  ///< index into RunContents::files
    std::uint64_t offset = 0;
    std::uint64_t bytes = 0;
};

/// Everything the segments of a run hold.
struct RunContents {
    std::vector<SegmentInfo> segments;          ///< by incarnation, then rank
    std::vector<EvaluationRecord> evaluations;  ///< by key, each key once
    std::vector<MigrationRecord> migrations;    ///< by (epoch, to_island, from_island, key), repeats dropped
    std::vector<SnapshotRecord> snapshots;      ///< of each island those of the last two steps, by (island, step)
    /// Of each island what follows its last snapshot, in the order in which the island learnt it.
    std::map<std::uint32_t, std::vector<Learnt>> after_snapshot;
    std::vector<EventRecord> events;           ///< in the order of segments
    std::vector<LlmCallRecord> llm_calls;      ///< by key, those of one key in the order of segments
    std::vector<PlanRecord> plans;             ///< in the order of segments
    std::vector<PlanCountRecord> plan_counts;  ///< likewise
    std::vector<Note> torn_tails;              ///< unfinished ends: what a kill leaves behind, nothing acknowledged
    std::vector<Note> fenced;                  ///< what a process wrote after another had taken the run over: not read
    std::vector<Note> damages;                 ///< bad bytes before good ones, nonsense, lost candidate bytes
    std::vector<Note> duplicates;              ///< a key met again; the earliest incarnation's record is kept
    std::vector<std::filesystem::path> files;  ///< that were read
    std::unordered_map<Sha256, CandidatePlace, Sha256Hasher> candidate_places;  ///< when they were asked for
};

struct ReadOptions {
    /// False leaves `candidate.bytes` empty and saves their memory.
    bool load_candidates = true;
    /// Fills RunContents::candidate_places, for load_candidates() to fetch the few that are needed.
    bool locate_candidates = false;
    /// Segment path to the length to read, from segment_lengths(); segments not named are left out. Empty: read all.
    std::map<std::filesystem::path, std::uint64_t> byte_limits;
    /// Fences that no segment states yet, those of the incarnation that is about to write: what it names is read so
    /// far, of what came later nothing. Empty: none.
    std::optional<FenceList> fences = std::nullopt;
    /// Called for each distinct blob while reading, in the order of segments; the bytes are gone afterwards.
    std::function<void(const Sha256&, std::string_view bytes)> on_blob;
};

/// Reads all segments of RUN/journal. Safe while writers append. Damage is reported in the result, never thrown.
/// Throws InputError when there is no journal, FormatVersionError when a segment is of a newer MAJOR version,
/// InfrastructureError when a file can not be read.
RunContents read_run(const std::filesystem::path& run_directory, const ReadOptions& options = {});

/// Fetches the candidates of `rows` of contents.evaluations, read with `locate_candidates`. Rows whose bytes are lost
/// stay empty. Throws InfrastructureError when a file can not be read any more.
void load_candidates(RunContents& contents, std::span<const std::size_t> rows);

/// Fetches candidates of contents read with `locate_candidates` by content.
class CandidateReader {
public:
    /// `contents` must outlive it.
    explicit CandidateReader(const RunContents& contents);
    ~CandidateReader();
    /// Empty when the bytes are lost. Throws InfrastructureError when a file can not be read any more.
    std::string bytes(const Sha256& content);

private:
    const RunContents& contents_;
    std::size_t file_;
    std::unique_ptr<class FileWindow> window_;
};

/// The fences that `incarnation` sets around what is there before it. Call it after the lease was claimed, before any
/// of its segments is made, and hand the same list to all its ranks.
FenceList measure_fences(const std::filesystem::path& run_directory, std::uint32_t incarnation);

/// The segments of a run and their present lengths, by path: a snapshot to read up to.
std::map<std::filesystem::path, std::uint64_t> segment_lengths(const std::filesystem::path& run_directory);

}  // namespace atl::journal
