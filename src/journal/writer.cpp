// SPDX-License-Identifier: Apache-2.0
// Queue and writer thread behind FileJournal.
#include "atoll/journal/writer.hpp"

#include <fmt/format.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <csignal>
#include <mutex>
#include <thread>
#include <unordered_set>
#include <utility>
#include <vector>

#include "atoll/core/error.hpp"
#include "journal/acknowledgement_log.hpp"
#include "journal/fence.hpp"
#include "journal/reserve.hpp"
#include "journal/segment.hpp"

namespace atl::journal {
namespace fs = std::filesystem;
namespace {

/// A batch is cut here, so that a long queue is acknowledged in parts and its buffer stays small.
constexpr std::size_t batch_bytes = std::size_t{4} * 1024 * 1024;

/// An upper bound of the frame a record asks for, cheap enough for the loop.
std::size_t payload_bound(const Record& record) {
    constexpr std::size_t fixed_fields = 256;
    if (const auto* evaluation = std::get_if<EvaluationRecord>(&record)) {
        std::size_t texts = evaluation->operator_name.size() + evaluation->candidate.genome.size() +
                            evaluation->instance_set.size() + evaluation->verdict.reason.size() +
                            evaluation->verdict.text.size();
        for (const Metric& metric : evaluation->metrics) texts += metric.name.size() + metric.unit.size() + 28;
        return fixed_fields + std::max(texts, evaluation->candidate.bytes.size());
    }
    if (const auto* snapshot = std::get_if<SnapshotRecord>(&record)) return fixed_fields + snapshot->state.size();
    if (const auto* event = std::get_if<EventRecord>(&record))
        return fixed_fields + event->name.size() + event->text.size();
    return fixed_fields;
}

/// Why the writer stopped, and what to do about it.
struct WriterFailure {
    std::string what;
    std::string next;
};

}  // namespace

/// Invariant: records leave `queue_` in order; `appended_ >= acknowledged_`; once `failed_` is set nothing is written.
class FileJournal::Implementation {
public:
    Implementation(const fs::path& run_directory, const SegmentInfo& info, WriterOptions options)
        : calls_(options.calls != nullptr ? *options.calls : real_file_system()),
          options_(std::move(options)),
          run_directory_(run_directory),
          reserve_(calls_, run_directory / "journal" / fmt::format("reserve-{}", info.rank), options_.reserve_bytes),
          segment_(segment_path(run_directory, info.incarnation, info.rank), info, calls_),
          log_(calls_, options_.acknowledgement_log) {
        segment_bytes_ = segment_.synced_bytes();
        ready_descriptor_ = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
        if (ready_descriptor_ < 0) {
            throw InfrastructureError(
                "cannot make an eventfd for the journal: raise the limit on open files (ulimit -n)");
        }
        start_thread();
    }

    ~Implementation() {
        {
            const std::lock_guard lock(mutex_);
            stopping_ = true;
        }
        work_.notify_one();
        thread_.join();
        let_go_of_reserve();
        ::close(ready_descriptor_);
    }

    Implementation(const Implementation&) = delete;
    Implementation& operator=(const Implementation&) = delete;

    std::uint64_t append(Record record) {
        if (payload_bound(record) > max_payload_bytes) {
            throw InputError(
                fmt::format("a record of about {} MiB is over the journal's limit of {} MiB for one record",
                            payload_bound(record) >> 20U, max_payload_bytes >> 20U));
        }
        if (failed_) throw_failure();
        bool wake = false;
        std::uint64_t sequence = 0;
        {
            const std::lock_guard lock(mutex_);
            queue_.push_back(std::move(record));
            sequence = ++appended_;
            wake = idle_;
        }
        if (wake) work_.notify_one();
        return sequence;
    }

    std::uint64_t acknowledged() {
        std::uint64_t count = 0;
        // Before looking at the number: a later commit makes the descriptor readable again.
        (void)!::read(ready_descriptor_, &count, sizeof count);
        if (failed_) throw_failure();
        return acknowledged_;
    }

    void flush() {
        std::unique_lock lock(mutex_);
        ++flushing_;
        work_.notify_one();
        done_.wait(lock, [this] { return failed_ || acknowledged_ == appended_; });
        --flushing_;
        lock.unlock();
        if (failed_) throw_failure();
    }

    void release_reserve() {
        const std::lock_guard lock(mutex_);
        ending_ = true;
        work_.notify_one();
    }

    int descriptor() const { return ready_descriptor_; }
    std::uint64_t safe_records() const { return acknowledged_; }
    std::uint64_t segment_bytes() const { return segment_bytes_; }

private:
    void start_thread() {
        // Signals belong to the main thread; a blocked SIGXFSZ also turns a file size limit into EFBIG.
        sigset_t all;
        sigset_t before;
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &before);
        thread_ = std::thread([this] { run(); });
        pthread_sigmask(SIG_SETMASK, &before, nullptr);
    }

    void run() {
        pthread_setname_np(pthread_self(), "atoll-journal");
        std::vector<Record> batch;
        while (take(batch)) {
            try {
                if (!commit(batch)) return;
            } catch (const std::exception& error) {
                announce(0, WriterFailure{error.what(), fmt::format("`atoll resume {}`", run_directory_.string())});
                return;
            }
            batch.clear();
        }
    }

    /// Waits for records; false when the journal closes and none are left.
    bool take(std::vector<Record>& batch) {
        std::unique_lock lock(mutex_);
        idle_ = true;
        work_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
        idle_ = false;
        batch.swap(queue_);
        return !batch.empty();
    }

    bool commit(const std::vector<Record>& batch) {
        std::size_t first = 0;
        while (first < batch.size()) {
            buffer_.clear();
            record_ends_.clear();
            std::size_t next = first;
            for (; next < batch.size() && buffer_.size() < batch_bytes; ++next) encode_frames(batch[next]);
            if (!write_out({batch.data() + first, next - first})) return false;
            first = next;
        }
        return true;
    }

    /// Writes the frames of `records`, all in buffer_, however long the disk is full; false after a failure for good.
    bool write_out(std::span<const Record> records) {
        while (!records.empty()) {
            const AppendOutcome outcome = segment_.append(buffer_, record_ends_);
            const std::span<const Record> safe = records.first(outcome.safe_records);
            // NOTE: after the sync and before the acknowledgement, in no other order (fence.cpp). Also where nothing
            // was written: a writer that waits for space has to leave, too.
            if (is_taken_over() || !log(safe)) return false;
            if (!outcome.failure) {
                announce(safe.size());
                break;
            }
            if (!outcome.may_retry) {
                announce(safe.size(), failure_of("journal", *outcome.failure, segment_.path()));
                return false;
            }
            announce(safe.size());
            records = records.subspan(safe.size());
            drop_written(safe.size());
            if (auto given_up = wait_for_space("journal", *outcome.failure, segment_.path())) {
                announce(0, std::move(given_up));
                return false;
            }
        }
        if (paused_) {
            paused_ = false;
            if (options_.on_resume) options_.on_resume();
        }
        return true;
    }

    /// The frames of the next `count` records are in the file. The others stay as they are: the checksum of a frame
    /// covers its place, and that has not changed.
    void drop_written(std::size_t count) {
        if (count == 0) return;
        const std::size_t bytes = record_ends_[count - 1];
        buffer_.erase(0, bytes);
        record_ends_.erase(record_ends_.begin(), record_ends_.begin() + static_cast<std::ptrdiff_t>(count));
        for (std::size_t& end : record_ends_) end -= bytes;
    }

    /// True after the writer has failed because of it.
    bool is_taken_over() {
        const FenceSight sight = look_at_fence(calls_, options_.fence);
        if (sight.state == FenceState::open) return false;
        if (sight.state == FenceState::unknown) {
            announce(0, failure_of("journal (whose run may have been taken over)", sight.failure, options_.fence));
            return true;
        }
        const std::string successor = options_.describe_successor ? options_.describe_successor() : "";
        announce(0, WriterFailure{fmt::format("another process took this run over{}; nothing of this rank after that "
                                              "counts",
                                              successor.empty() ? "" : " (" + successor + ")"),
                                  "leave the run to that process"});
        return true;
    }

    /// The file of a run that was taken over belongs to the successor's rank of the same number.
    void let_go_of_reserve() {
        if (look_at_fence(calls_, options_.fence).state == FenceState::open) {
            reserve_.release();
        } else {
            reserve_.abandon();
        }
    }

    /// Waits until the next try; a failure when the run ends and no space has come back.
    std::optional<WriterFailure> wait_for_space(const char* what, const CallFailure& failure, const fs::path& path) {
        using std::chrono::steady_clock;
        if (!paused_) {
            paused_ = true;
            grace_began_ = false;
            if (options_.on_pause) {
                options_.on_pause(fmt::format("the {} waits for space: {}; {}, and the run goes on by itself", what,
                                              describe(failure, path), remedy(failure)));
            }
        }
        std::unique_lock lock(mutex_);
        const auto ends = [this] { return stopping_ || ending_ || flushing_ > 0; };
        if (!ends()) {
            work_.wait_for(lock, options_.space_retry, ends);
            if (!ends()) return std::nullopt;
        }
        if (!grace_began_) {
            grace_began_ = true;
            grace_end_ = steady_clock::now() + options_.space_grace;
            lock.unlock();
            let_go_of_reserve();
            return std::nullopt;
        }
        lock.unlock();
        const auto left = grace_end_ - steady_clock::now();
        if (left <= steady_clock::duration::zero()) return failure_of(what, failure, path);
        std::this_thread::sleep_for(std::min<steady_clock::duration>(left, options_.space_retry));
        return std::nullopt;
    }

    /// A record's frames: the bytes that it names when this segment does not have them yet, then the record.
    void encode_frames(const Record& record) {
        const std::uint64_t base = segment_.synced_bytes();
        if (const auto* evaluation = std::get_if<EvaluationRecord>(&record)) {
            encode_blob(evaluation->candidate_sha256, evaluation->candidate.bytes, base);
        } else if (const auto* call = std::get_if<LlmCallRecord>(&record)) {
            encode_blob(call->reply_sha256, call->reply, base);
        }
        const std::size_t begin = open_frame(buffer_, frame_type(record));
        encode(record, buffer_);
        close_frame(buffer_, begin, base + begin);
        record_ends_.push_back(buffer_.size());
    }

    void encode_blob(const Sha256& digest, const std::string& bytes, std::uint64_t base) {
        if (bytes.empty() || !blobs_.insert(digest).second) return;
        const std::size_t begin = open_frame(buffer_, FrameType::blob);
        encode(digest, bytes, buffer_);
        close_frame(buffer_, begin, base + begin);
    }

    /// Writes the lines of `safe`; false after a failure for good, which tells of these records as well.
    bool log(std::span<const Record> safe) {
        if (!log_.is_kept()) return true;
        lines_.clear();
        for (const Record& record : safe) {
            const auto* evaluation = std::get_if<EvaluationRecord>(&record);
            if (evaluation == nullptr) continue;
            lines_ += to_string(evaluation->key);
            lines_ += '\n';
        }
        while (const std::optional<CallFailure> failure = log_.append(lines_)) {
            std::optional<WriterFailure> given_up;
            if (is_want_of_space(*failure)) {
                given_up = wait_for_space("acknowledgement log", *failure, log_.path());
            } else {
                given_up = failure_of("acknowledgement log", *failure, log_.path());
            }
            if (given_up) {
                announce(safe.size(), std::move(given_up));
                return false;
            }
        }
        return true;
    }

    /// `count` more records are safe. A failure is announced with them at once, so that nobody sees one without the
    /// other.
    void announce(std::size_t count, std::optional<WriterFailure> failure = std::nullopt) {
        segment_bytes_ = segment_.synced_bytes();
        {
            const std::lock_guard lock(mutex_);
            acknowledged_ += count;
            if (failure) {
                failure_ = std::move(*failure);
                failed_ = true;
            }
        }
        done_.notify_all();
        const std::uint64_t one = 1;
        (void)!::write(ready_descriptor_, &one, sizeof one);
    }

    WriterFailure failure_of(const char* what, const CallFailure& failure, const fs::path& path) const {
        return {.what = fmt::format("cannot write the {}: {}", what, describe(failure, path)),
                .next = fmt::format("{}, then `atoll resume {}`", remedy(failure), run_directory_.string())};
    }

    [[noreturn]] void throw_failure() {
        const std::lock_guard lock(mutex_);
        throw InfrastructureError(
            fmt::format("{}. {} records of this rank are safe, {} are not and will be made again. "
                        "Next: {}",
                        failure_.what, acknowledged_.load(), appended_ - acknowledged_, failure_.next));
    }

    FileSystemCalls& calls_;
    const WriterOptions options_;
    fs::path run_directory_;
    Reserve reserve_;  ///< touched by the writer thread only, once it runs
    Segment segment_;
    AcknowledgementLog log_;
    int ready_descriptor_ = -1;

    std::mutex mutex_;
    std::condition_variable work_;  ///< queue_, stopping_, ending_ or flushing_ changed
    std::condition_variable done_;  ///< acknowledged_ or failed_ changed
    std::vector<Record> queue_;
    std::uint64_t appended_ = 0;
    bool idle_ = false;
    bool stopping_ = false;
    bool ending_ = false;
    int flushing_ = 0;
    WriterFailure failure_;  ///< once failed_
    std::atomic<std::uint64_t> acknowledged_ = 0;
    std::atomic<std::uint64_t> segment_bytes_ = 0;
    std::atomic<bool> failed_ = false;

    // The writer thread's own.
    std::string buffer_;
    std::vector<std::size_t> record_ends_;
    std::string lines_;
    bool paused_ = false;       ///< waits for space
    bool grace_began_ = false;  ///< of this pause
    std::chrono::steady_clock::time_point grace_end_;
    std::unordered_set<Sha256, Sha256Hasher> blobs_;  ///< contents this segment holds
    std::thread thread_;
};

FileJournal::FileJournal(const fs::path& run_directory, const SegmentInfo& info, WriterOptions options)
    : implementation_(std::make_unique<Implementation>(run_directory, info, std::move(options))) {}
FileJournal::~FileJournal() = default;
std::uint64_t FileJournal::append(Record record) { return implementation_->append(std::move(record)); }
std::uint64_t FileJournal::acknowledged() { return implementation_->acknowledged(); }
int FileJournal::descriptor() const { return implementation_->descriptor(); }
void FileJournal::release_reserve() { implementation_->release_reserve(); }
void FileJournal::flush() { implementation_->flush(); }
std::uint64_t FileJournal::safe_records() const noexcept { return implementation_->safe_records(); }
std::uint64_t FileJournal::segment_bytes() const noexcept { return implementation_->segment_bytes(); }

}  // namespace atl::journal
