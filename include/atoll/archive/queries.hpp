// SPDX-License-Identifier: Apache-2.0
// Questions to a run's contents: its best candidate, its tables as CSV, whether it is sound.
#pragma once

#include <cstdint>
#include <filesystem>
#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "atoll/core/score.hpp"
#include "atoll/journal/reader.hpp"

namespace atl::archive {

/// What the provenance of the first segment says the run is about. Read from its JSON object: `problem` (text) and
/// `direction` ("maximize", the default, or "minimize"); every other member is carried into the archive as it is.
struct RunSubject {
    std::string problem;
    Direction direction = Direction::maximize;
};

RunSubject subject(const journal::RunContents& contents);

/// The best evaluation: verdict ok, best proven value, the smallest key among equals.
struct Best {
    std::string problem;
    Direction direction = Direction::maximize;
    bool found =
        false;  ///< false: no scored evaluation with verdict ok; the members down to `witness` mean nothing then
    double lower = 0;
    double upper = 0;
    EvaluationKey key;
    Sha256 candidate_sha256{};
    std::string genome;
    std::string operator_name;
    double elapsed_seconds = 0;
    std::vector<double> witness;  ///< coordinates, genome "vector" only; empty unless candidates were loaded
    std::optional<double> seconds_to_target;             ///< when a record first reached the target
    std::optional<std::uint64_t> evaluations_to_target;  ///< evaluations finished up to and with that record
};

Best best(const journal::RunContents& contents, std::optional<double> target = std::nullopt);

/// Null when the run has no evaluation of that key.
const EvaluationRecord* find_evaluation(const journal::RunContents& contents, const EvaluationKey& key);

/// A run's records with the best candidate's bytes alone: what reports need, in memory that does not grow with the size
/// of candidates. Throws as journal::read_run() does.
journal::RunContents read_with_best_candidate(const std::filesystem::path& run_directory);

/// One table as it stands in the archive.
struct TableSummary {
    std::string name;
    std::uint64_t rows = 0;
    std::vector<std::string> columns;
};

std::vector<TableSummary> list(const journal::RunContents& contents);

/// Writes one table as RFC 4180 CSV with a header line; doubles round-trip, an unscored one is `nan`.
/// Throws InputError naming the tables there are when there is none of this name.
void export_csv(const journal::RunContents& contents, std::string_view table, std::ostream& out);

enum class ArchiveState {
    missing,     ///< no archive.h5: fold makes one
    current,     ///< every evaluation of the journals, equal in every column
    behind,      ///< all it holds is right, the journals hold more
    ahead,       ///< a torn tail took records with it that had been folded already: fold makes it anew
    differs,     ///< some row or blob is not what the journals say
    unreadable,  ///< not an HDF5 file, damaged, or without the expected tables
};

std::string_view to_string(ArchiveState state);

struct VerifyReport {
    std::uint64_t evaluations = 0;
    std::uint64_t blobs = 0;
    std::vector<journal::Note> torn_tails;  ///< notes: a kill leaves them, nothing acknowledged is lost
    std::vector<journal::Note> fenced;      ///< notes: what a process wrote after another had taken the run over
    std::vector<journal::Note> duplicates;  ///< notes
    std::vector<journal::Note> damages;     ///< journals or archive.h5; any of them: exit code 6
    ArchiveState archive = ArchiveState::missing;
    std::uint64_t archive_evaluations = 0;

    bool archive_matches() const { return archive == ArchiveState::current || archive == ArchiveState::behind; }
    bool sound() const { return damages.empty(); }
};

/// Replays the journals, recomputes the SHA-256 of every blob, and compares archive.h5, where there is one, to them.
/// Throws as read_run() does; damage is reported.
VerifyReport verify_run(const std::filesystem::path& run_directory);

}  // namespace atl::archive
