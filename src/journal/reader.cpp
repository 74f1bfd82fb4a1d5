// SPDX-License-Identifier: Apache-2.0
// Joins all segments of a run: records by key, blobs by content, notes on what is not whole.
#include "atoll/journal/reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <numeric>
#include <optional>
#include <system_error>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "atoll/core/error.hpp"
#include "journal/fence_table.hpp"
#include "journal/file_window.hpp"
#include "journal/scan.hpp"
#include "journal/segment_files.hpp"

namespace atl::journal {
namespace fs = std::filesystem;
namespace {

/// Where an evaluation was read.
struct Place {
    std::size_t file = 0;
    std::uint64_t offset = 0;
    std::uint64_t bytes = 0;
};

/// One content: how many records name it, and its bytes once a blob was met.
struct Content {
    std::uint64_t uses = 0;
    bool present = false;
    std::string bytes;
};

class Join {
public:
    Join(const ReadOptions& options, std::vector<SegmentFile> files) : options_(options), files_(std::move(files)) {
        fences_.add_from_headers(files_, options_.byte_limits);
        // Made by an incarnation that has no segment of its own to read.
        if (options_.fences) fences_.add(std::numeric_limits<std::uint32_t>::max(), *options_.fences);
    }

    RunContents run() {
        for (const SegmentFile& file : files_) contents_.files.push_back(file.path);
        for (current_ = 0; current_ < files_.size(); ++current_) {
            const std::uint64_t limit = limit_of(files_[current_].path);
            const std::uint64_t counted = fences_.counted_bytes(files_[current_]);
            if (limit > counted) note_fenced(files_[current_].path, counted, limit);
            if (std::min(limit, counted) > 0) read_segment(std::min(limit, counted));
        }
        order_evaluations();
        attach_candidates();
        order_migrations();
        order_llm_calls();
        for (auto& [island, last] : last_snapshots_) {
            for (auto& [step, snapshot] : last) contents_.snapshots.push_back(std::move(snapshot));
        }
        return std::move(contents_);
    }

private:
    std::uint64_t limit_of(const fs::path& path) const {
        if (options_.byte_limits.empty()) return std::numeric_limits<std::uint64_t>::max();
        const auto found = options_.byte_limits.find(path);
        return found == options_.byte_limits.end() ? 0 : found->second;
    }

    void note_fenced(const fs::path& path, std::uint64_t counted, std::uint64_t limit) {
        std::error_code ignored;
        const std::uint64_t end = std::min<std::uint64_t>(fs::file_size(path, ignored), limit);
        if (ignored || end <= counted) return;
        contents_.fenced.push_back(make_note(
            path, counted, end - counted,
            "written after another process took the run over; none of it was acknowledged, it does not count"));
    }

    void read_segment(std::uint64_t limit) {
        const SegmentFile& file = files_[current_];
        bool any_frame = false;
        bool has_header = false;
        const auto visit = [&](const FrameVisit& at) {
            any_frame = true;
            try {
                has_header = take(at) || has_header;
            } catch (const DamageError& error) {
                contents_.damages.push_back(make_note(file.path, at.offset, at.frame.size_bytes(), error.what()));
            }
        };
        scan_segment(file.path, limit, visit, {contents_.torn_tails, contents_.damages});
        // Without its header a segment is still known by its name.
        if (any_frame && !has_header) {
            contents_.segments.push_back(
                {.incarnation = file.incarnation, .rank = file.rank, .provenance_json = "", .job_toml = ""});
        }
    }

    /// True when the frame was the segment's header.
    bool take(const FrameVisit& at) {
        const auto type = static_cast<FrameType>(at.frame.type);
        switch (type) {
            case FrameType::header:
                take_header(decode_segment_info(at.frame.payload, at.trailing));
                return true;
            case FrameType::blob:
                take_blob(decode_blob(at.frame.payload), at);
                break;
            case FrameType::evaluation:
            case FrameType::migration:
            case FrameType::snapshot:
            case FrameType::event:
            case FrameType::llm_call:
            case FrameType::plan:
            case FrameType::plan_count:
                take_record(decode_record(type, at.frame.payload, at.trailing), at);
                break;
            default:
                // A newer MINOR version may add kinds of frames; in our own version there are none.
                if (at.trailing == Trailing::refuse) throw DamageError("journal record: an unknown kind of frame");
        }
        return false;
    }

    void take_header(SegmentInfo info) {
        const SegmentFile& file = files_[current_];
        if (info.incarnation != file.incarnation || info.rank != file.rank) {
            contents_.damages.push_back(
                make_note(file.path, 0, 0,
                          fmt::format("written as {}-{}.atj: the file was renamed", info.incarnation, info.rank)));
        }
        contents_.segments.push_back(std::move(info));
    }

    void take_blob(const BlobView& blob, const FrameVisit& at) {
        Content& content = content_[blob.sha256];
        if (content.present) return;
        content.present = true;
        if (options_.locate_candidates) {
            const std::uint64_t end = at.offset + at.frame.size_bytes();
            contents_.candidate_places.emplace(blob.sha256,
                                               CandidatePlace{current_, end - blob.bytes.size(), blob.bytes.size()});
        }
        if (options_.load_candidates) content.bytes = blob.bytes;
        if (options_.on_blob) options_.on_blob(blob.sha256, blob.bytes);
    }

    void take_record(Record record, const FrameVisit& at) {
        if (auto* evaluation = std::get_if<EvaluationRecord>(&record)) {
            ++content_[evaluation->candidate_sha256].uses;
            contents_.after_snapshot[evaluation->key.island].emplace_back(evaluation->key);
            contents_.evaluations.push_back(std::move(*evaluation));
            places_.push_back({current_, at.offset, at.frame.size_bytes()});
        } else if (auto* migration = std::get_if<MigrationRecord>(&record)) {
            contents_.migrations.push_back(*migration);
            contents_.after_snapshot[migration->to_island].emplace_back(*migration);
        } else if (auto* snapshot = std::get_if<SnapshotRecord>(&record)) {
            take_snapshot(std::move(*snapshot));
        } else if (auto* event = std::get_if<EventRecord>(&record)) {
            contents_.events.push_back(std::move(*event));
        } else if (auto* call = std::get_if<LlmCallRecord>(&record)) {
            ++content_[call->reply_sha256].uses;
            contents_.llm_calls.push_back(std::move(*call));
            call_places_.push_back({current_, at.offset, at.frame.size_bytes()});
        } else if (auto* plan = std::get_if<PlanRecord>(&record)) {
            contents_.plans.push_back(std::move(*plan));
        } else if (auto* count = std::get_if<PlanCountRecord>(&record)) {
            contents_.plan_counts.push_back(std::move(*count));
        }
    }

    void take_snapshot(SnapshotRecord snapshot) {
        constexpr std::size_t kept = 2;
        contents_.after_snapshot[snapshot.island].clear();
        auto& last = last_snapshots_[snapshot.island];
        const std::uint64_t step = snapshot.step;
        last.insert_or_assign(step, std::move(snapshot));
        if (last.size() > kept) last.erase(last.begin());
    }

    void order_evaluations() {
        std::vector<EvaluationRecord>& all = contents_.evaluations;
        std::vector<std::size_t> order(all.size());
        std::iota(order.begin(), order.end(), std::size_t{0});
        // Stable: among equal keys the earliest incarnation stays first.
        std::stable_sort(order.begin(), order.end(),
                         [&all](std::size_t left, std::size_t right) { return all[left].key < all[right].key; });
        std::vector<EvaluationRecord> sorted;
        sorted.reserve(all.size());
        std::vector<Place> sorted_places;
        sorted_places.reserve(all.size());
        for (const std::size_t index : order) {
            if (!sorted.empty() && sorted.back().key == all[index].key) {
                note_duplicate(places_[index], sorted_places.back(), all[index].key);
                continue;
            }
            sorted.push_back(std::move(all[index]));
            sorted_places.push_back(places_[index]);
        }
        all = std::move(sorted);
        places_ = std::move(sorted_places);
    }

    void note_duplicate(const Place& dropped, const Place& kept, const EvaluationKey& key) {
        contents_.duplicates.push_back(
            make_note(files_[dropped.file].path, dropped.offset, dropped.bytes,
                      fmt::format("evaluation {} again; the one in {} is kept", to_string(key),
                                  files_[kept.file].path.filename().string())));
    }

    void attach_candidates() {
        // These stand for "no bytes": an operator that made nothing.
        content_[Sha256{}].present = true;
        content_[sha256("")].present = true;
        for (std::size_t i = 0; i < contents_.evaluations.size(); ++i) {
            EvaluationRecord& record = contents_.evaluations[i];
            attach(record.candidate_sha256, record.candidate.bytes, "candidate", record.key, places_[i]);
        }
        for (std::size_t i = 0; i < contents_.llm_calls.size(); ++i) {
            LlmCallRecord& call = contents_.llm_calls[i];
            attach(call.reply_sha256, call.reply, "reply", call.key, call_places_[i]);
        }
    }

    /// `what` of the evaluation `key`, whose record lies at `place`, gets its bytes.
    void attach(const Sha256& digest, std::string& bytes, const char* what, const EvaluationKey& key,
                const Place& place) {
        Content& content = content_[digest];
        if (!content.present) {
            contents_.damages.push_back(make_note(
                files_[place.file].path, place.offset, place.bytes,
                fmt::format("the {} bytes of evaluation {} are lost ({})", what, to_string(key), to_hex(digest))));
        } else if (content.uses-- == 1) {
            bytes = std::move(content.bytes);
        } else {
            bytes = content.bytes;
        }
    }

    void order_migrations() {
        const auto identity = [](const MigrationRecord& record) {
            return std::tie(record.epoch, record.to_island, record.from_island, record.key);
        };
        std::vector<MigrationRecord>& all = contents_.migrations;
        std::stable_sort(all.begin(), all.end(),
                         [&](const auto& left, const auto& right) { return identity(left) < identity(right); });
        const auto repeats = std::unique(all.begin(), all.end(), [&](const auto& left, const auto& right) {
            return identity(left) == identity(right);
        });
        all.erase(repeats, all.end());
    }

    /// A call that a later incarnation made again for the same evaluation is another call: it was paid for.
    void order_llm_calls() {
        std::stable_sort(contents_.llm_calls.begin(), contents_.llm_calls.end(),
                         [](const LlmCallRecord& left, const LlmCallRecord& right) { return left.key < right.key; });
    }

    const ReadOptions& options_;
    std::vector<SegmentFile> files_;
    FenceTable fences_;
    std::size_t current_ = 0;
    RunContents contents_;
    std::vector<Place> places_;       ///< beside contents_.evaluations
    std::vector<Place> call_places_;  ///< beside contents_.llm_calls
    std::unordered_map<Sha256, Content, Sha256Hasher> content_;
    std::map<std::uint32_t, std::map<std::uint64_t, SnapshotRecord>> last_snapshots_;  ///< by island, then step
};

}  // namespace

RunContents read_run(const fs::path& run_directory, const ReadOptions& options) {
    std::error_code error;
    if (!fs::is_directory(run_directory / "journal", error)) {
        throw InputError(
            fmt::format("{} holds no run: there is no folder {}; give the directory of a run (--out of "
                        "`atoll evolve`)",
                        run_directory.string(), (run_directory / "journal").string()));
    }
    return Join(options, segment_files(run_directory)).run();
}

void load_candidates(RunContents& contents, std::span<const std::size_t> rows) {
    std::vector<std::pair<CandidatePlace, std::size_t>> wanted;
    for (const std::size_t row : rows) {
        const auto found = contents.candidate_places.find(contents.evaluations[row].candidate_sha256);
        if (found != contents.candidate_places.end()) wanted.emplace_back(found->second, row);
    }
    // In the order of the files, so that each is read once, forwards.
    std::sort(wanted.begin(), wanted.end(), [](const auto& left, const auto& right) {
        return std::tie(left.first.file, left.first.offset) < std::tie(right.first.file, right.first.offset);
    });
    CandidateReader reader(contents);
    for (const auto& [place, row] : wanted) {
        EvaluationRecord& record = contents.evaluations[row];
        record.candidate.bytes = reader.bytes(record.candidate_sha256);
    }
}

CandidateReader::CandidateReader(const RunContents& contents) : contents_(contents), file_(contents.files.size()) {}
CandidateReader::~CandidateReader() = default;

std::string CandidateReader::bytes(const Sha256& content) {
    const auto found = contents_.candidate_places.find(content);
    if (found == contents_.candidate_places.end()) return {};
    const CandidatePlace& place = found->second;
    if (place.file != file_) {
        window_ = std::make_unique<FileWindow>(contents_.files[place.file], std::numeric_limits<std::uint64_t>::max());
        file_ = place.file;
    }
    return std::string(window_->view(place.offset, place.bytes));
}

std::map<fs::path, std::uint64_t> segment_lengths(const fs::path& run_directory) {
    std::map<fs::path, std::uint64_t> lengths;
    for (const SegmentFile& file : segment_files(run_directory)) {
        std::error_code error;
        const std::uintmax_t length = fs::file_size(file.path, error);
        if (!error) lengths.emplace(file.path, length);
    }
    return lengths;
}

}  // namespace atl::journal
