// SPDX-License-Identifier: Apache-2.0
// Does folding hold up the loop? A busy one (noop, one rank, one worker) whose steps are at most a millisecond apart by
// plan, while a child folds a run of 100,000 evaluations with 2 KiB of text each, and without that, in turns.
//
// Usage: loop_stall [SECONDS] [FOLDER] [ROUNDS]     prints the times between two steps. As `loop_stall archive fold
// RUN` it is the child.
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <memory>

#include "atoll/app/fold_child.hpp"
#include "atoll/app/verbs.hpp"
#include "atoll/core/clock.hpp"
#include "atoll/core/error.hpp"
#include "atoll/engine/event_loop.hpp"
#include "atoll/engine/rank.hpp"
#include "atoll/engine/thread_executor.hpp"
#include "atoll/evolve/vector_evaluator.hpp"
#include "atoll/transport/mpi_transport.hpp"
#include "code_run.hpp"

namespace atl::bench {
namespace {

namespace fs = std::filesystem;

/// Notes the time between two steps and asks to be polled a millisecond later.
class Probe final : public engine::Source {
public:
    explicit Probe(const Clock& clock, std::vector<double>& gaps) : clock_(clock), gaps_(gaps) {}
    void poll(Nanoseconds /*now*/) override {
        const Nanoseconds now = clock_.now();  // not the step's: it may have been long under way
        if (last_ > 0) gaps_.push_back(to_seconds(now - last_) * 1e3);
        last_ = now;
    }
    Nanoseconds wake_at() const override { return last_ + 1'000'000; }

private:
    const Clock& clock_;
    std::vector<double>& gaps_;
    Nanoseconds last_ = 0;
};

/// A fold child that always has more to fold, and how long its own polls take: the longest one starts a child.
class BusyFold final : public engine::Source {
public:
    BusyFold(const Clock& clock, app::FoldChild& fold) : clock_(clock), fold_(fold) {}
    void poll(Nanoseconds now) override {
        fold_.records(static_cast<std::uint64_t>(count_ *= 1.001));
        const Nanoseconds before = clock_.now();
        fold_.poll(now);
        longest_milliseconds = std::max(longest_milliseconds, to_seconds(clock_.now() - before) * 1e3);
    }

    double longest_milliseconds = 0;

private:
    const Clock& clock_;
    app::FoldChild& fold_;
    double count_ = 1000;
};

/// Evaluations a second.
double run_loop(transport::MpiSession& session, const fs::path& folder, double seconds, std::vector<double>& gaps,
                app::FoldChild* fold) {
    fs::remove_all(folder);
    const MonotonicClock clock;
    const std::shared_ptr<const problems::VectorProblem> problem = problems::make_vector_problem("noop");
    const evolve::VectorEvaluator evaluator(problem);
    const auto operators = std::make_shared<const evolve::VectorVariation>(problem);
    const auto transport = session.transport();
    journal::FileJournal journal(folder, {});
    engine::ThreadExecutor executor(1);
    engine::RankOptions options;
    options.limit_seconds = seconds;
    engine::Rank rank({*transport, executor, clock, journal, evaluator}, options);
    for (std::uint32_t id = 0; id < options.islands; ++id) {
        evolve::IslandOptions island;
        island.island = id;
        rank.add_island(id, std::make_unique<evolve::EvolutionIsland>(operators, island));
    }
    Probe probe(clock, gaps);
    std::unique_ptr<BusyFold> folding;
    if (fold != nullptr) {
        folding = std::make_unique<BusyFold>(clock, *fold);
        rank.add_source(*folding);
    }
    rank.add_source(probe);
    engine::run_event_loop(rank, clock, {.poll_messages = false});
    if (folding) std::printf("          longest poll of the fold child %.3f ms\n", folding->longest_milliseconds);
    return static_cast<double>(rank.run_status()->evaluations) / seconds;
}

void print(const char* name, std::vector<double> gaps, double rate) {
    std::sort(gaps.begin(), gaps.end());
    const auto at = [&gaps](double part) {
        return gaps[static_cast<std::size_t>(part * static_cast<double>(gaps.size() - 1))];
    };
    const auto over = gaps.end() - std::upper_bound(gaps.begin(), gaps.end(), 5.0);
    std::printf(
        "%-9s %7.0f evaluations/s %9zu steps   ms between: p50 %.3f  p99 %.3f  p99.9 %.3f  p99.99 %.3f  max %.3f  "
        "over 5 ms: %td\n",
        name, rate, gaps.size(), at(0.5), at(0.99), at(0.999), at(0.9999), gaps.back(), over);
}

int run(double seconds, const fs::path& folder, int rounds) {
    fs::create_directories(folder);
    const app::RunDirectory long_run = make_code_run(folder / "long", 100'000, 2048);
    transport::MpiSession session;
    std::vector<double> all[2];
    double rates[2] = {0, 0};
    for (int round = 0; round < rounds; ++round) {
        for (const bool folding : {false, true}) {
            std::vector<double> gaps;
            app::FoldPace pace;
            pace.first = pace.shortest = 0;
            pace.share = 1;
            app::FoldChild fold(long_run, pace);
            const double rate = run_loop(session, folder / "busy", seconds, gaps, folding ? &fold : nullptr);
            print(folding ? "folding" : "alone", gaps, rate);
            all[folding].insert(all[folding].end(), gaps.begin(), gaps.end());
            rates[folding] += rate / rounds;
        }
    }
    std::printf("all rounds\n");
    print("alone", all[0], rates[0]);
    print("folding", all[1], rates[1]);
    fs::remove_all(folder);
    return 0;
}

}  // namespace
}  // namespace atl::bench

int main(int argc, char** argv) {
    try {
        if (argc > 3 && std::strcmp(argv[1], "archive") == 0) {
            return static_cast<int>(atl::app::archive_fold(argv[3], true, false));
        }
        const std::filesystem::path folder = argc > 2 ? argv[2] : ".";
        return atl::bench::run(argc > 1 ? std::atof(argv[1]) : 5, folder / ("loop_stall." + std::to_string(::getpid())),
                               argc > 3 ? std::atoi(argv[3]) : 4);
    } catch (const atl::Error& error) {
        std::fprintf(stderr, "loop_stall: %s\n", error.what());
        return static_cast<int>(error.code());
    }
}
