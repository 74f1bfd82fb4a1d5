// SPDX-License-Identifier: Apache-2.0
// The engine's promises of tests/engine, on real MPI ranks with real threads: limit, target, stop, migration.
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>

#include "atoll/engine/event_loop.hpp"
#include "atoll/engine/thread_executor.hpp"
#include "atoll/transport/mpi_transport.hpp"
#include "engine/toy_island.hpp"

namespace {

using namespace atl;
using namespace atl::engine;
using namespace atl::engine::testing;

int failures = 0;

void require(bool holds, int rank, const std::string& what) {
    if (holds) return;
    ++failures;
    std::fprintf(stderr, "rank %d: %s\n", rank, what.c_str());
}

struct Ended {
    StopReason reason;
    RankStatus own;
    ToyLog log;
    std::size_t evaluations = 0;
    std::size_t migrations = 0;
    std::optional<RunStatus> run;
};

/// Asks for a stop from one rank once it has seen `after` commits.
class Stopper final : public Source {
public:
    Stopper(Rank*& rank, const ToyLog& log, std::size_t after) : rank_(rank), log_(log), after_(after) {}
    void poll(Nanoseconds) override {
        if (log_.committed.size() >= after_) rank_->request_stop({StopReason::signal, "test"});
    }

private:
    Rank*& rank_;
    const ToyLog& log_;
    std::size_t after_;
};

Ended run(transport::MpiSession& session, RankOptions options, std::size_t stop_after = 0) {
    const auto transport = session.transport();
    const MonotonicClock clock;
    ThreadExecutor executor(1);
    journal::MemoryJournal journal;
    const ToyEvaluator evaluator;
    Ended ended;
    Rank rank({*transport, executor, clock, journal, evaluator}, options);
    Rank* pointer = &rank;
    Stopper stopper(pointer, ended.log, stop_after);
    if (stop_after > 0 && session.rank() == session.size() - 1) rank.add_source(stopper);
    for (auto island = static_cast<std::uint32_t>(session.rank()); island < options.islands;
         island += static_cast<std::uint32_t>(session.size())) {
        rank.add_island(island, std::make_unique<ToyIsland>(island, options.islands, ended.log));
    }
    run_event_loop(rank, clock, {.poll_messages = session.size() > 1});
    ended.reason = rank.outcome().reason;
    for (const Record& record : journal.records()) {
        ended.evaluations += std::holds_alternative<EvaluationRecord>(record) ? 1 : 0;
        ended.migrations += std::holds_alternative<MigrationRecord>(record) ? 1 : 0;
    }
    if (rank.run_status() != nullptr) ended.run = *rank.run_status();
    return ended;
}

}  // namespace

int main() {
    transport::MpiSession session;
    const int rank = session.rank();
    RankOptions options;
    options.islands = 9;
    options.batch = 5;
    options.migration_interval = 3;

    options.limit_evaluations = 2003;
    const Ended limited = run(session, options);
    require(limited.reason == StopReason::evaluations_exhausted, rank, "the evaluation limit ends the run");
    require(limited.log.acknowledged.size() == limited.evaluations, rank, "all records are acknowledged");
    require(limited.log.received.size() == limited.migrations, rank, "every migration is recorded by its receiver");
    if (rank == 0) require(limited.run->evaluations == 2003, rank, "the limit is exact over all ranks");
    if (rank == 0) require(limited.run->migrations > 0, rank, "elites travelled");

    options.limit_evaluations = 0;
    options.target = 0.9999;
    const Ended targeted = run(session, options);
    require(targeted.reason == StopReason::target_reached, rank, "the target ends the run everywhere");
    if (rank == 0)
        require(targeted.run->best && targeted.run->best->best.lower >= 0.9999, rank, "rank 0 knows the best");

    options.target.reset();
    const Ended stopped = run(session, options, 200);
    require(stopped.reason == StopReason::signal, rank, "a stop asked of the last rank ends the run everywhere");

    options.limit_seconds = 0.6;
    const Ended timed = run(session, options);
    require(timed.reason == StopReason::time_limit, rank, "the time limit ends the run everywhere");

    if (failures > 0) session.abort(ExitCode::internal);
    return 0;
}
