// SPDX-License-Identifier: Apache-2.0
// Replays the journals and compares the archive to them.
#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <optional>
#include <system_error>
#include <type_traits>
#include <unordered_set>

#include "archive/hdf5_reader.hpp"
#include "archive/tables.hpp"
#include "atoll/archive/queries.hpp"
#include "atoll/core/error.hpp"

namespace atl::archive {
namespace fs = std::filesystem;
namespace {

/// Row i of the archive is row `row_of[i]` of the journals; `no_row` where a torn tail took it with it.
using RowMap = std::vector<std::size_t>;
constexpr std::size_t no_row = static_cast<std::size_t>(-1);

/// Something the archive holds that the journals do not say.
struct Difference {
    std::string where;
};

bool same(double left, double right) {
    return std::bit_cast<std::uint64_t>(left) == std::bit_cast<std::uint64_t>(right);
}
template <class Value>
bool same(const Value& left, const Value& right) {
    return left == right;
}

/// Throws Difference at the first row that differs.
void compare_column(const std::string& path, const ColumnValues& archived, const ColumnValues& journaled,
                    const RowMap& row_of) {
    std::visit(
        [&](const auto& right) {
            const auto& left = std::get<std::decay_t<decltype(right)>>(archived);
            for (std::size_t row = 0; row < row_of.size(); ++row) {
                if (row_of[row] != no_row && !same(left[row], right[row_of[row]])) {
                    throw Difference{fmt::format("{} differs in row {} (0-based)", path, row)};
                }
            }
        },
        journaled);
}

class Comparison {
public:
    Comparison(const ArchiveReader& archive, const journal::RunContents& contents,
               const std::unordered_set<std::string>& blobs)
        : archive_(archive),
          contents_(contents),
          blobs_(blobs),
          tail_is_torn_(!contents.torn_tails.empty() || !contents.fenced.empty()) {}

    /// What the archive is beside the journals; throws Difference. A journal with a torn tail may have lost records
    /// that were folded before they were safe: then the archive is ahead, and that is no damage.
    ArchiveState everything() {
        bool current = true;
        for (const Table& table : tables_of(contents_)) {
            const bool evaluations = table.name == "evaluations";
            const std::uint64_t rows = archive_.rows(table.name + "/" + table.columns.front().info.name);
            if (rows > table.rows) {
                ahead_or_throw(fmt::format("{} has {} rows, the journals say {}", table.name, rows, table.rows));
            }
            current = current && rows == table.rows;
            // A table of an older archive is a part of today's; only evaluations have keys to find its rows by.
            if (evaluations || rows == table.rows) compare_table(table, evaluations ? row_map(rows) : identity(rows));
        }
        const bool same_blobs = compare_blobs() == blobs_.size();
        if (ahead_) return ArchiveState::ahead;
        return same_blobs && current ? ArchiveState::current : ArchiveState::behind;
    }

private:
    void ahead_or_throw(const std::string& where) {
        if (!tail_is_torn_) throw Difference{where};
        ahead_ = true;
    }

    static RowMap identity(std::uint64_t rows) {
        RowMap map(rows);
        for (std::size_t i = 0; i < map.size(); ++i) map[i] = i;
        return map;
    }

    template <class Value>
    std::vector<Value> column(const std::string& path, std::uint64_t rows) const {
        return std::get<std::vector<Value>>(archive_.read(path, std::vector<Value>{}, rows));
    }

    RowMap row_map(std::uint64_t rows) {
        const auto islands = column<std::uint32_t>("evaluations/island", rows);
        const auto steps = column<std::uint64_t>("evaluations/step", rows);
        const auto slots = column<std::uint32_t>("evaluations/slot", rows);
        const auto attempts = column<std::uint32_t>("evaluations/attempt", rows);
        const std::vector<EvaluationRecord>& known = contents_.evaluations;
        RowMap map;
        map.reserve(islands.size());
        for (std::size_t row = 0; row < islands.size(); ++row) {
            const EvaluationKey key{islands[row], steps[row], slots[row], attempts[row]};
            const auto found = std::lower_bound(
                known.begin(), known.end(), key,
                [](const EvaluationRecord& record, const EvaluationKey& wanted) { return record.key < wanted; });
            if (found == known.end() || found->key != key) {
                ahead_or_throw(fmt::format("evaluation {} is not in the journals", to_string(key)));
                map.push_back(no_row);
                continue;
            }
            map.push_back(static_cast<std::size_t>(found - known.begin()));
        }
        return map;
    }

    void compare_table(const Table& table, const RowMap& row_of) const {
        for (const Column& column : table.columns) {
            const std::string path = table.name + "/" + column.info.name;
            const ColumnValues journaled = column.values();
            compare_column(path, archive_.read(path, journaled, row_of.size()), journaled, row_of);
        }
    }

    /// Every blob must be one of the journals' and hash to its name. Returns how many there are.
    std::size_t compare_blobs() {
        const std::uint64_t count = archive_.rows("blobs/sha256");
        if (count > blobs_.size()) {
            ahead_or_throw(fmt::format("there are {} blobs, the journals say {}", count, blobs_.size()));
        }
        const auto names = column<std::string>("blobs/sha256", count);
        const auto offsets = column<std::uint64_t>("blobs/offset", count);
        const auto lengths = column<std::uint64_t>("blobs/length", count);
        const std::uint64_t total = archive_.rows("blobs/bytes");
        // Blobs follow one another, so they are read in large parts.
        std::string window;
        std::uint64_t begin = 0;
        for (std::size_t i = 0; i < names.size(); ++i) {
            const std::uint64_t end = offsets[i] + lengths[i];
            if (end < offsets[i] || end > total) throw Difference{"blob " + names[i] + " lies outside blobs/bytes"};
            if (offsets[i] < begin || end > begin + window.size()) {
                constexpr std::uint64_t part = std::uint64_t{4} * 1024 * 1024;
                begin = offsets[i];
                window = archive_.read_bytes(begin, std::min(total - begin, std::max(part, lengths[i])));
            }
            const std::string_view content = std::string_view(window).substr(offsets[i] - begin, lengths[i]);
            if (to_hex(sha256(content)) != names[i]) throw Difference{"blob " + names[i] + " has another SHA-256"};
            if (!blobs_.contains(names[i])) ahead_or_throw("blob " + names[i] + " is not in the journals");
        }
        return names.size();
    }

    const ArchiveReader& archive_;
    const journal::RunContents& contents_;
    const std::unordered_set<std::string>& blobs_;
    bool tail_is_torn_;
    bool ahead_ = false;
};

/// Runs a step that reads the archive and turns what it throws into the report's state and damages.
template <class Step>
void judge_archive(const fs::path& path, VerifyReport& report, Step step) {
    const auto damage = [&](ArchiveState state, const std::string& what) {
        report.archive = state;
        report.damages.push_back({.file = path,
                                  .offset = 0,
                                  .bytes = 0,
                                  .text = fmt::format("archive.h5: {}; `atoll archive fold {}` makes it anew from the "
                                                      "journals",
                                                      what, path.parent_path().string())});
    };
    try {
        step();
    } catch (const Difference& difference) {
        damage(ArchiveState::differs, difference.where);
    } catch (const FormatVersionError&) {
        throw;
    } catch (const Error& error) {
        damage(ArchiveState::unreadable, error.what());
    }
}

}  // namespace

VerifyReport verify_run(const fs::path& run_directory) {
    VerifyReport report;
    std::unordered_set<std::string> blobs;
    std::vector<journal::Note> bad_blobs;
    journal::ReadOptions options;
    options.load_candidates = false;
    options.on_blob = [&](const Sha256& digest, std::string_view bytes) {
        blobs.insert(to_hex(digest));
        if (sha256(bytes) != digest) {
            bad_blobs.push_back({.file = run_directory / "journal",
                                 .offset = 0,
                                 .bytes = bytes.size(),
                                 .text = fmt::format("the bytes kept as {} have another SHA-256", to_hex(digest))});
        }
    };
    // The archive is opened first: whatever is appended or folded meanwhile, the journals read after that hold all
    // this file was folded from.
    const QuietHdf5 quiet;
    std::error_code error;
    const fs::path archive_path = run_directory / "archive.h5";
    std::optional<ArchiveReader> archive;
    if (fs::exists(archive_path, error)) {
        judge_archive(archive_path, report, [&] { archive.emplace(archive_path); });
    }
    journal::RunContents contents = journal::read_run(run_directory, options);

    report.evaluations = contents.evaluations.size();
    report.blobs = blobs.size();
    if (archive) {
        judge_archive(archive_path, report, [&] {
            report.archive_evaluations = archive->rows("evaluations/island");
            report.archive = Comparison(*archive, contents, blobs).everything();
        });
    }
    report.torn_tails = std::move(contents.torn_tails);
    report.fenced = std::move(contents.fenced);
    report.duplicates = std::move(contents.duplicates);
    report.damages.insert(report.damages.begin(), contents.damages.begin(), contents.damages.end());
    report.damages.insert(report.damages.end(), bad_blobs.begin(), bad_blobs.end());
    return report;
}

}  // namespace atl::archive
