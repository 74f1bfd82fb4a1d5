// SPDX-License-Identifier: Apache-2.0
// Replays the journals and compares the archive to them.
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <system_error>
#include <type_traits>
#include <unordered_set>

#include "archive/hdf5_reader.hpp"
#include "archive/in_child.hpp"
#include "archive/tables.hpp"
#include "atoll/archive/queries.hpp"
#include "atoll/core/error.hpp"
#include "atoll/core/json.hpp"

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
            if (table.rows == 0 && !archive_.has(table.name)) continue;  // younger than the archive's format
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

/// archive.h5 as it was when this was made, whatever is folded and renamed meanwhile.
class HeldArchive {
public:
    explicit HeldArchive(const fs::path& path) : path_(path), descriptor_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
        if (descriptor_ < 0 && errno != ENOENT) {
            throw InfrastructureError(fmt::format("cannot open {}: {}; check the file's permissions", path.string(),
                                                  std::generic_category().message(errno)));
        }
    }
    ~HeldArchive() {
        if (descriptor_ >= 0) ::close(descriptor_);
    }
    HeldArchive(const HeldArchive&) = delete;
    HeldArchive& operator=(const HeldArchive&) = delete;

    bool exists() const { return descriptor_ >= 0; }
    const fs::path& path() const { return path_; }
    ArchiveReader reader() const { return {fmt::format("/proc/self/fd/{}", descriptor_), path_}; }

private:
    fs::path path_;
    int descriptor_;
};

/// What was found in an archive, as a child process tells it.
struct Finding {
    ArchiveState state = ArchiveState::unreadable;
    std::uint64_t evaluations = 0;
    std::string damage;         ///< empty: none
    std::string newer_version;  ///< the message, when the archive is of a newer format

    std::string encode() const {
        Json json;
        json.set("state", static_cast<int>(state));
        json.set("evaluations", evaluations);
        json.set("damage", damage);
        json.set("newer_version", newer_version);
        return json.dump();
    }
    static Finding decode(const std::string& text) {
        const Json json = parse_json(text, "finding");
        return {.state = static_cast<ArchiveState>(json["state"].as_integer()),
                .evaluations = static_cast<std::uint64_t>(json["evaluations"].as_integer()),
                .damage = json["damage"].as_string(),
                .newer_version = json["newer_version"].as_string()};
    }
};

Finding look_at(const HeldArchive& held, const journal::RunContents& contents,
                const std::unordered_set<std::string>& blobs) {
    Finding finding;
    const QuietHdf5 quiet;
    try {
        const ArchiveReader archive = held.reader();
        finding.evaluations = archive.rows("evaluations/island");
        finding.state = Comparison(archive, contents, blobs).everything();
        archive.read_attributes();
    } catch (const Difference& difference) {
        finding.state = ArchiveState::differs;
        finding.damage = difference.where;
    } catch (const FormatVersionError& error) {
        finding.newer_version = error.what();
    } catch (const std::exception& error) {
        finding.state = ArchiveState::unreadable;
        finding.damage = error.what();
    }
    return finding;
}

/// HDF5 believes what a damaged file says of itself and may die of it: only a child looks inside.
Finding look_in_child(const HeldArchive& held, const journal::RunContents& contents,
                      const std::unordered_set<std::string>& blobs) {
    try {
        return Finding::decode(in_child([&] { return look_at(held, contents, blobs).encode(); }));
    } catch (const DamageError& error) {
        return {.state = ArchiveState::unreadable, .evaluations = 0, .damage = error.what(), .newer_version = {}};
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
    const HeldArchive archive(run_directory / "archive.h5");
    journal::RunContents contents = journal::read_run(run_directory, options);

    report.evaluations = contents.evaluations.size();
    report.blobs = blobs.size();
    if (archive.exists()) {
        const Finding finding = look_in_child(archive, contents, blobs);
        if (!finding.newer_version.empty()) throw FormatVersionError(finding.newer_version);
        report.archive = finding.state;
        report.archive_evaluations = finding.evaluations;
        if (!finding.damage.empty()) {
            report.damages.push_back({.file = archive.path(),
                                      .offset = 0,
                                      .bytes = 0,
                                      .text = fmt::format("archive.h5: {}; `atoll archive fold {}` makes it anew from "
                                                          "the journals",
                                                          finding.damage, run_directory.string())});
        }
    }
    report.torn_tails = std::move(contents.torn_tails);
    report.fenced = std::move(contents.fenced);
    report.duplicates = std::move(contents.duplicates);
    report.damages.insert(report.damages.begin(), contents.damages.begin(), contents.damages.end());
    report.damages.insert(report.damages.end(), bad_blobs.begin(), bad_blobs.end());
    return report;
}

}  // namespace atl::archive
