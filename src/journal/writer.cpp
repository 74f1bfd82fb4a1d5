// SPDX-License-Identifier: Apache-2.0
// Queue and writer thread behind FileJournal.
#include "atoll/journal/writer.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <csignal>
#include <mutex>
#include <thread>
#include <unordered_set>
#include <utility>
#include <vector>

#include "atoll/core/error.hpp"
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
    std::string remedy;
};

WriterFailure failure_of(const char* what, const CallFailure& failure, const fs::path& path) {
    return {.what = fmt::format("cannot write the {}: {}", what, describe(failure, path)), .remedy = remedy(failure)};
}

int open_acknowledgement_log(FileSystemCalls& calls, const fs::path& path) {
    if (path.empty()) return -1;
    const int descriptor = calls.open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (descriptor < 0) {
        const CallFailure failure{errno, "open"};
        throw InfrastructureError(
            fmt::format("cannot open the acknowledgement log: {}; {} or choose another "
                        "journal.acknowledgement_log",
                        describe(failure, path), remedy(failure)));
    }
    return descriptor;
}

}  // namespace

/// Invariant: records leave `queue_` in order; `appended_ >= acknowledged_`; once `failed_` is set nothing is written.
class FileJournal::Implementation {
public:
    Implementation(const fs::path& run_directory, const SegmentInfo& info, WriterOptions options)
        : calls_(options.calls != nullptr ? *options.calls : real_file_system()),
          run_directory_(run_directory),
          segment_(segment_path(run_directory, info.incarnation, info.rank), info, calls_),
          log_path_(std::move(options.acknowledgement_log)) {
        segment_bytes_ = segment_.synced_bytes();
        log_descriptor_ = open_acknowledgement_log(calls_, log_path_);
        ready_descriptor_ = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
        if (ready_descriptor_ < 0) {
            close_descriptors();
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
        close_descriptors();
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
        done_.wait(lock, [this] { return failed_ || acknowledged_ == appended_; });
        lock.unlock();
        if (failed_) throw_failure();
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
                announce(0, WriterFailure{error.what(), "see that message"});
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

            const AppendOutcome outcome = segment_.append(buffer_, record_ends_);
            const std::span<const Record> safe(batch.data() + first, outcome.safe_records);
            const std::optional<CallFailure> log_failure = log(safe);
            if (outcome.failure) {
                announce(outcome.safe_records, failure_of("journal", *outcome.failure, segment_.path()));
                return false;
            }
            if (log_failure) {
                announce(outcome.safe_records, failure_of("acknowledgement log", *log_failure, log_path_));
                return false;
            }
            announce(outcome.safe_records);
            first = next;
        }
        return true;
    }

    /// A record's frames: its candidate's bytes when this segment does not have them yet, then the record.
    void encode_frames(const Record& record) {
        const std::uint64_t base = segment_.synced_bytes();
        const auto* evaluation = std::get_if<EvaluationRecord>(&record);
        if (evaluation != nullptr && !evaluation->candidate.bytes.empty() &&
            blobs_.insert(evaluation->candidate_sha256).second) {
            const std::size_t begin = open_frame(buffer_, FrameType::blob);
            encode(evaluation->candidate_sha256, evaluation->candidate.bytes, buffer_);
            close_frame(buffer_, begin, base + begin);
        }
        const std::size_t begin = open_frame(buffer_, frame_type(record));
        encode(record, buffer_);
        close_frame(buffer_, begin, base + begin);
        record_ends_.push_back(buffer_.size());
    }

    std::optional<CallFailure> log(std::span<const Record> safe) {
        if (log_descriptor_ < 0) return std::nullopt;
        lines_.clear();
        for (const Record& record : safe) {
            const auto* evaluation = std::get_if<EvaluationRecord>(&record);
            if (evaluation == nullptr) continue;
            lines_ += to_string(evaluation->key);
            lines_ += '\n';
        }
        if (write_all(calls_, log_descriptor_, lines_) != lines_.size()) return CallFailure{errno, "write"};
        return std::nullopt;
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

    [[noreturn]] void throw_failure() {
        const std::lock_guard lock(mutex_);
        throw InfrastructureError(fmt::format(
            "{}. {} records of this rank are safe, {} are not and will be made again. "
            "Next: {}, then `atoll resume {}`",
            failure_.what, acknowledged_.load(), appended_ - acknowledged_, failure_.remedy, run_directory_.string()));
    }

    void close_descriptors() {
        if (ready_descriptor_ >= 0) ::close(ready_descriptor_);
        if (log_descriptor_ >= 0) calls_.close(log_descriptor_);
    }

    FileSystemCalls& calls_;
    fs::path run_directory_;
    Segment segment_;
    fs::path log_path_;
    int log_descriptor_ = -1;
    int ready_descriptor_ = -1;

    std::mutex mutex_;
    std::condition_variable work_;  ///< queue_ or stopping_ changed
    std::condition_variable done_;  ///< acknowledged_ or failed_ changed
    std::vector<Record> queue_;
    std::uint64_t appended_ = 0;
    bool idle_ = false;
    bool stopping_ = false;
    WriterFailure failure_;  ///< once failed_
    std::atomic<std::uint64_t> acknowledged_ = 0;
    std::atomic<std::uint64_t> segment_bytes_ = 0;
    std::atomic<bool> failed_ = false;

    // The writer thread's own.
    std::string buffer_;
    std::vector<std::size_t> record_ends_;
    std::string lines_;
    std::unordered_set<Sha256, Sha256Hasher> blobs_;  ///< contents this segment holds
    std::thread thread_;
};

FileJournal::FileJournal(const fs::path& run_directory, const SegmentInfo& info, WriterOptions options)
    : implementation_(std::make_unique<Implementation>(run_directory, info, std::move(options))) {}
FileJournal::~FileJournal() = default;
std::uint64_t FileJournal::append(Record record) { return implementation_->append(std::move(record)); }
std::uint64_t FileJournal::acknowledged() { return implementation_->acknowledged(); }
int FileJournal::descriptor() const { return implementation_->descriptor(); }
void FileJournal::flush() { implementation_->flush(); }
std::uint64_t FileJournal::safe_records() const noexcept { return implementation_->safe_records(); }
std::uint64_t FileJournal::segment_bytes() const noexcept { return implementation_->segment_bytes(); }

}  // namespace atl::journal
