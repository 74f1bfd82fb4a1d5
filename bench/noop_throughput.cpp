// SPDX-License-Identifier: Apache-2.0
// What the loop itself costs: archived `noop` evaluations a second on one rank, acknowledgement latency, bytes per
// evaluation.
//
// Usage: noop_throughput [SECONDS] [FOLDER]     prints one line a row; everything in one run, on FOLDER's file system.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "atoll/core/clock.hpp"
#include "atoll/engine/event_loop.hpp"
#include "atoll/engine/rank.hpp"
#include "atoll/engine/thread_executor.hpp"
#include "atoll/evolve/evolution_island.hpp"
#include "atoll/evolve/vector_evaluator.hpp"
#include "atoll/evolve/vector_variation.hpp"
#include "atoll/journal/writer.hpp"
#include "atoll/transport/mpi_transport.hpp"

namespace {

using namespace atl;

/// Measures from append() to the acknowledgement that covers it.
class TimedJournal final : public journal::JournalSink {
public:
    TimedJournal(const std::filesystem::path& run, const Clock& clock) : inner_(run, {0, 0, "{}", ""}), clock_(clock) {}
    std::uint64_t append(Record record) override {
        appended_.push_back(clock_.now());
        return inner_.append(std::move(record));
    }
    std::uint64_t acknowledged() override {
        const std::uint64_t safe = inner_.acknowledged();
        for (; reported_ < safe; ++reported_) {
            latencies.push_back(to_seconds(clock_.now() - appended_.front()));
            appended_.pop_front();
        }
        return safe;
    }
    int descriptor() const override { return inner_.descriptor(); }
    void flush() override { inner_.flush(); }
    std::uint64_t bytes() const { return inner_.segment_bytes(); }

    std::vector<double> latencies;

private:
    journal::FileJournal inner_;
    const Clock& clock_;
    std::deque<Nanoseconds> appended_;
    std::uint64_t reported_ = 0;
};

double resident_bytes() {
    std::ifstream statm("/proc/self/statm");
    double pages = 0;
    double resident = 0;
    statm >> pages >> resident;
    return resident * static_cast<double>(sysconf(_SC_PAGESIZE));
}

double at(std::vector<double> values, double quantile) {
    if (values.empty()) return 0;
    std::sort(values.begin(), values.end());
    return values[static_cast<std::size_t>(quantile * static_cast<double>(values.size() - 1))];
}

struct Row {
    double rate = 0;
    double p50 = 0;
    double p99 = 0;
    double disk_bytes = 0;
    double memory_bytes = 0;
};

Row run_loop(transport::MpiSession& session, const std::filesystem::path& folder, std::size_t window, double seconds) {
    const std::filesystem::path run = folder / ("window-" + std::to_string(window));
    std::filesystem::remove_all(run);
    std::filesystem::create_directories(run / "journal");
    const MonotonicClock clock;
    const std::shared_ptr<const problems::VectorProblem> problem = problems::make_vector_problem("noop");
    const evolve::VectorEvaluator evaluator(problem);
    const auto operators = std::make_shared<const evolve::VectorVariation>(problem);
    const auto transport = session.transport();
    TimedJournal journal(run, clock);
    engine::ThreadExecutor executor(1);
    engine::RankOptions options;
    options.limit_seconds = seconds;
    options.queue_per_worker = window;
    options.unacknowledged_limit = window;
    const double memory_before = resident_bytes();
    engine::Rank rank({*transport, executor, clock, journal, evaluator}, options);
    for (std::uint32_t id = 0; id < options.islands; ++id) {
        evolve::IslandOptions island;
        island.island = id;
        rank.add_island(id, std::make_unique<evolve::EvolutionIsland>(operators, island));
    }
    const Nanoseconds begin = clock.now();
    engine::run_event_loop(rank, clock, {.poll_messages = false});
    const double elapsed = to_seconds(clock.now() - begin);
    const auto count = static_cast<double>(rank.run_status()->evaluations);
    const double measuring_bytes = static_cast<double>(journal.latencies.capacity() * sizeof(double));
    return {count / elapsed, at(journal.latencies, 0.5), at(journal.latencies, 0.99),
            static_cast<double>(journal.bytes()) / count, (resident_bytes() - memory_before - measuring_bytes) / count};
}

/// The disk's own limit: 300 bytes appended and synced, one at a time.
double raw_sync_rate(const std::filesystem::path& folder, double seconds) {
    const std::string path = (folder / "raw").string();
    const int file = open(path.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_APPEND | O_CLOEXEC, 0644);
    const std::string record(300, 'x');
    const MonotonicClock clock;
    const Nanoseconds begin = clock.now();
    std::uint64_t count = 0;
    while (to_seconds(clock.now() - begin) < seconds) {
        if (write(file, record.data(), record.size()) < 0 || fdatasync(file) != 0) std::abort();
        ++count;
    }
    const double rate = static_cast<double>(count) / to_seconds(clock.now() - begin);
    close(file);
    return rate;
}

}  // namespace

int main(int argc, char** argv) {
    const double seconds = argc > 1 ? std::atof(argv[1]) : 5;
    const std::filesystem::path folder = argc > 2 ? argv[2] : "noop-throughput";
    std::filesystem::create_directories(folder);
    transport::MpiSession session;
    std::printf("origin: measured, one rank, one worker, %g s a row, journals synced by fdatasync\n", seconds);
    const double raw_before = raw_sync_rate(folder, std::min(seconds, 3.0));
    const Row many = run_loop(session, folder, 64, seconds);
    const Row one = run_loop(session, folder, 1, seconds);
    const double raw_after = raw_sync_rate(folder, std::min(seconds, 3.0));
    std::printf("%-34s %10.0f /s before, %10.0f /s after\n", "raw write(300 B) + fdatasync", raw_before, raw_after);
    for (const auto& [name, row] : {std::pair{"noop, 64 in flight", many}, std::pair{"noop, 1 in flight", one}}) {
        std::printf(
            "%-34s %10.0f evaluations/s, acknowledged p50 %.3f ms p99 %.3f ms, %.0f bytes of disk, %.0f bytes of "
            "memory each\n",
            name, row.rate, row.p50 * 1e3, row.p99 * 1e3, row.disk_bytes, row.memory_bytes);
    }
    std::printf("%-34s %10.2f\n", "window 1 rate / raw sync rate", one.rate / (0.5 * (raw_before + raw_after)));
    return 0;
}
