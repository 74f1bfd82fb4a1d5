// SPDX-License-Identifier: Apache-2.0
// What journal and archive cost by themselves: records a second, acknowledgement latency beside the raw fdatasync of
// the same file system and beside HDF5 as a log (a plain table, flushed after each record), bytes per record, time to
// read and to fold.
//
// Usage: journal_rate [FOLDER]     prints one line a row; everything in one run, on FOLDER's file system.
#include <fcntl.h>
#include <hdf5.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <deque>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "atoll/archive/fold.hpp"
#include "atoll/archive/queries.hpp"
#include "atoll/core/clock.hpp"
#include "atoll/core/random.hpp"
#include "atoll/journal/reader.hpp"
#include "atoll/journal/writer.hpp"

namespace atl {
namespace {

namespace fs = std::filesystem;

const MonotonicClock clock_of_run;

double seconds_since(Nanoseconds start) { return to_seconds(clock_of_run.now() - start); }

/// A record like a search makes, every candidate another: `bytes` random bytes (they do not compress).
EvaluationRecord make_record(std::uint64_t number, std::size_t bytes) {
    EvaluationRecord record;
    record.key = {.island = 3, .step = number / 16, .slot = static_cast<std::uint32_t>(number % 16), .attempt = 0};
    record.parent_1 = EvaluationKey{3, number / 32, 2, 0};
    record.operator_name = "gaussian";
    record.candidate = {.genome = "vector", .bytes = std::string(bytes, '\0')};
    RandomStream random(1, 3, number, 0, StreamPurpose::test);
    for (char& byte : record.candidate.bytes) byte = static_cast<char>(random());
    record.candidate_sha256 = sha256(record.candidate.bytes);
    record.score = {.lower = 1, .upper = 1};
    record.objective_calls = 1;
    record.elapsed_seconds = static_cast<double>(number) * 1e-3;
    return record;
}

double percentile(std::vector<double> values, double part) {
    std::sort(values.begin(), values.end());
    return values[static_cast<std::size_t>(part * static_cast<double>(values.size() - 1))];
}

double print_rate(const std::string& name, const char* unit, double rate, const std::vector<double>& milliseconds) {
    std::printf("%-13s %12.0f %s/s   p50 %8.3f ms   p99 %8.3f ms   max %8.3f ms\n", name.c_str(), rate, unit,
                percentile(milliseconds, 0.5), percentile(milliseconds, 0.99), percentile(milliseconds, 1));
    return rate;
}

/// write + fdatasync of `bytes` at a time, as fast as the file system lets one: no acknowledgement can be quicker.
void measure_raw(const fs::path& file, std::size_t bytes, double for_seconds) {
    const int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    const std::string block(bytes, 'x');
    const Nanoseconds start = clock_of_run.now();
    std::vector<double> latencies;
    while (seconds_since(start) < for_seconds) {
        const Nanoseconds before = clock_of_run.now();
        if (::write(descriptor, block.data(), block.size()) < 0 || ::fdatasync(descriptor) != 0) std::perror("sync");
        latencies.push_back(seconds_since(before) * 1e3);
    }
    print_rate("raw fdatasync", "syncs", static_cast<double>(latencies.size()) / seconds_since(start), latencies);
    ::close(descriptor);
    fs::remove(file);
}

/// HDF5 as a log: rows of `bytes` bytes appended one at a time to a chunked table, the file flushed after each and,
/// with `sync`, forced to disk, which is what an acknowledgement means. Without that they survive the process at best.
double measure_hdf5(const fs::path& path, std::size_t bytes, double for_seconds, bool sync) {
    const hid_t file = H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    const hid_t type = H5Tcreate(H5T_OPAQUE, bytes);
    const hsize_t none = 0;
    const hsize_t one = 1;
    const hsize_t unlimited = H5S_UNLIMITED;
    const hsize_t chunk = 256;
    const hid_t space = H5Screate_simple(1, &none, &unlimited);
    const hid_t row = H5Screate_simple(1, &one, nullptr);
    const hid_t properties = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_chunk(properties, 1, &chunk);
    const hid_t table = H5Dcreate2(file, "records", type, space, H5P_DEFAULT, properties, H5P_DEFAULT);
    const int descriptor = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
    const std::string record(bytes, 'x');
    std::vector<double> latencies;
    const Nanoseconds start = clock_of_run.now();
    for (hsize_t count = 0; seconds_since(start) < for_seconds; ++count) {
        const Nanoseconds before = clock_of_run.now();
        const hsize_t rows = count + 1;
        bool failed = H5Dset_extent(table, &rows) < 0;
        const hid_t place = H5Dget_space(table);
        H5Sselect_hyperslab(place, H5S_SELECT_SET, &count, nullptr, &one, nullptr);
        failed = failed || H5Dwrite(table, type, row, place, H5P_DEFAULT, record.data()) < 0;
        H5Sclose(place);
        failed = failed || H5Fflush(file, H5F_SCOPE_LOCAL) < 0 || (sync && ::fdatasync(descriptor) != 0);
        if (failed) std::perror("HDF5");
        latencies.push_back(seconds_since(before) * 1e3);
    }
    const double rate = print_rate(sync ? "HDF5 + sync" : "HDF5 flush", "records",
                                   static_cast<double>(latencies.size()) / seconds_since(start), latencies);
    ::close(descriptor);
    for (const hid_t id : {row, space}) H5Sclose(id);
    H5Pclose(properties);
    H5Dclose(table);
    H5Tclose(type);
    H5Fclose(file);
    fs::remove(path);
    return rate;
}

/// Keeps `window` records unacknowledged for a while.
double measure_window(const fs::path& run, const std::vector<EvaluationRecord>& records, std::uint64_t window,
                      double for_seconds) {
    fs::remove_all(run);
    journal::FileJournal journal(run, {});
    std::deque<Nanoseconds> appended;
    std::vector<double> latencies;
    std::uint64_t acknowledged = 0;
    std::uint64_t next = 0;
    const Nanoseconds start = clock_of_run.now();
    while (seconds_since(start) < for_seconds && next < records.size()) {
        while (next - acknowledged < window && next < records.size()) {
            appended.push_back(clock_of_run.now());
            journal.append(records[next++]);
        }
        const std::uint64_t safe = journal.acknowledged();
        const Nanoseconds now = clock_of_run.now();
        if (safe == acknowledged) std::this_thread::yield();
        for (; acknowledged < safe; ++acknowledged) {
            latencies.push_back(to_seconds(now - appended.front()) * 1e3);
            appended.pop_front();
        }
    }
    journal.flush();
    return print_rate("window " + std::to_string(window), "records", static_cast<double>(next) / seconds_since(start),
                      latencies);
}

/// Everything queued at once, until the last is acknowledged.
void measure_stream(const fs::path& run, const std::vector<EvaluationRecord>& records) {
    fs::remove_all(run);
    journal::FileJournal journal(run, {});
    std::vector<EvaluationRecord> copies = records;
    const Nanoseconds start = clock_of_run.now();
    for (EvaluationRecord& record : copies) journal.append(std::move(record));
    const double appending = seconds_since(start);
    journal.flush();
    const double all = seconds_since(start);
    std::printf("stream        %12.0f records/s   %6.0f bytes/record (candidate %zu)   append() %.2f us\n",
                static_cast<double>(records.size()) / all,
                static_cast<double>(journal.segment_bytes()) / static_cast<double>(records.size()),
                records.front().candidate.bytes.size(), appending * 1e6 / static_cast<double>(records.size()));
}

double cpu_seconds() {
    timespec used{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return static_cast<double>(used.tv_sec) + 1e-9 * static_cast<double>(used.tv_nsec);
}

/// Prints what a step took: on a busy machine the CPU time tells more.
template <class Step>
auto timed(const char* name, Step step) {
    const double cpu = cpu_seconds();
    const Nanoseconds start = clock_of_run.now();
    auto result = step();
    std::printf("%-13s %12.3f s, %.3f s of CPU   ", name, seconds_since(start), cpu_seconds() - cpu);
    return result;
}

void measure_reading(const fs::path& run) {
    const journal::RunContents contents = timed("read", [&] { return journal::read_run(run); });
    std::printf("%zu records\n", contents.evaluations.size());
    const archive::FoldReport report = timed("fold", [&] { return archive::fold_archive(run); });
    std::printf("journal %.1f MB, archive %.1f MB\n", static_cast<double>(report.journal_bytes) * 1e-6,
                static_cast<double>(report.archive_bytes) * 1e-6);
    const archive::VerifyReport verified = timed("verify", [&] { return archive::verify_run(run); });
    std::printf("archive %s\n", std::string(to_string(verified.archive)).c_str());
}

void run(const fs::path& folder) {
    fs::create_directories(folder);
    constexpr std::uint64_t count = 100'000;
    for (const std::size_t bytes : {std::size_t{300}, std::size_t{2048}}) {
        std::printf("candidates of %zu random bytes\n", bytes);
        std::vector<EvaluationRecord> records;
        for (std::uint64_t i = 0; i < count; ++i) records.push_back(make_record(i, bytes));
        measure_raw(folder / "raw", bytes + 150, 2);
        const double flushed = measure_hdf5(folder / "log.h5", bytes + 150, 2, false);
        const double synced = measure_hdf5(folder / "log.h5", bytes + 150, 2, true);
        for (const std::uint64_t window : {1, 64, 4096}) {
            const double rate = measure_window(folder / "run", records, window, 2);
            std::printf("%-13s %12.2f of HDF5 flush, %.2f of HDF5 + sync\n", "", rate / flushed, rate / synced);
        }
        measure_stream(folder / "run", records);
        measure_reading(folder / "run");
    }
    fs::remove_all(folder);
}

}  // namespace
}  // namespace atl

int main(int argc, char** argv) {
    const std::filesystem::path folder =
        std::filesystem::path(argc > 1 ? argv[1] : ".") / ("journal_rate." + std::to_string(::getpid()));
    atl::run(folder);
}
