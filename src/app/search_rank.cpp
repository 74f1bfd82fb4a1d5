// SPDX-License-Identifier: Apache-2.0
// One rank's part of a search: journal, islands, loop.
#include "search_rank.hpp"

#include <unistd.h>

#include <ctime>
#include <memory>
#include <utility>

#include "atoll/app/content_job.hpp"
#include "atoll/app/fold_child.hpp"
#include "atoll/app/genomes.hpp"
#include "atoll/app/lease.hpp"
#include "atoll/app/provenance.hpp"
#include "atoll/app/run_files.hpp"
#include "atoll/app/signals.hpp"
#include "atoll/app/space_watch.hpp"
#include "atoll/app/stop_file.hpp"
#include "atoll/app/walltime.hpp"
#include "atoll/archive/fold.hpp"
#include "atoll/core/file.hpp"
#include "atoll/core/log.hpp"
#include "atoll/core/progress.hpp"
#include "atoll/engine/event_loop.hpp"
#include "atoll/engine/restore.hpp"
#include "atoll/engine/thread_executor.hpp"
#include "atoll/evolve/evolution_island.hpp"
#include "atoll/evolve/vector_genome.hpp"
#include "atoll/journal/writer.hpp"

namespace atl::app {

namespace {

constexpr double status_file_interval_seconds = 1;

std::optional<Candidate> read_seed_candidate(const RunDirectory& run, const Job& job) {
    const std::filesystem::path file = stored_seed_candidate(run);
    if (!std::filesystem::exists(file)) return std::nullopt;
    return candidate_from_stored(job, read_text_file(file, evolve::vector_text_max_bytes), file.string());
}

void check_token(const RunDirectory& run, const Assignment& assignment) {
    std::string seen;
    const std::filesystem::path token = run.root / "token";
    try {
        seen = read_text_file(token, 4096);
    } catch (const InputError& error) {
        // seen, but not given out: that is the machine's failure
        if (std::filesystem::exists(token)) {
            throw InfrastructureError(std::string(error.what()) + "; check the file system, then start again");
        }
    }
    if (seen != assignment.token) {
        throw InputError("the run directory " + run.root.string() +
                         " is not on a file system that every rank sees; choose a shared one with --out");
    }
}

std::unique_ptr<journal::FileJournal> open_journal(const RunDirectory& run, const Assignment& assignment,
                                                   const Job& job, const SearchRequest& request,
                                                   const transport::Transport& transport, SpaceWatch& space) {
    journal::SegmentInfo info;
    info.incarnation = assignment.incarnation;
    info.rank = static_cast<std::uint32_t>(transport.rank());
    info.provenance_json =
        provenance(job, {transport.size(), assignment.hosts, request.command_line, transport::mpi_version()}).dump();
    info.job_toml = assignment.job_toml;
    info.fences = assignment.fences;
    const std::filesystem::path fence = lease_file(run, assignment.incarnation + 1);
    return std::make_unique<journal::FileJournal>(
        run.root, info,
        journal::WriterOptions{.acknowledgement_log = job.acknowledgement_log,
                               .fence = fence,
                               .describe_successor = [fence] { return describe_lease(fence); },
                               .reserve_bytes = job.reserve_bytes,
                               .on_pause = [&space](const std::string& text) { space.paused(text); },
                               .on_resume = [&space] { space.resumed(); }});
}

engine::RankOptions options_of(const Job& job, const Assignment& assignment, const Clock& clock) {
    engine::RankOptions options = job.rank;
    options.base_elapsed_seconds = assignment.base_elapsed_seconds;
    options.hosts = assignment.rank_hosts;
    options.walltime_end = walltime_end(process_environment(), std::time(nullptr), clock.now());
    if (options.walltime_end) {
        options.walltime_margin_seconds =
            walltime_margin_seconds(options.walltime_margin_seconds, *options.walltime_end, clock.now());
    }
    return options;
}

/// This rank's islands, new or as the journals left them.
void add_islands(engine::Rank& rank, const transport::Transport& transport, const RunDirectory& run, const Job& job,
                 std::optional<journal::RunContents> earlier) {
    std::optional<Candidate> seed = read_seed_candidate(run, job);
    const std::shared_ptr<const evolve::Variation> variation = make_variation(job, seed);
    if (job.program && !seed) seed = candidate_from_stored(job, job.program->initial_program(), "initial program");
    if (earlier) engine::load_needed_candidates(*earlier, job.rank.deterministic, job.rank.islands);
    const std::uint64_t common_step = earlier ? engine::common_step(*earlier, job.rank.islands) : 0;
    for (std::uint32_t id = static_cast<std::uint32_t>(transport.rank()); id < job.rank.islands;
         id += static_cast<std::uint32_t>(transport.size())) {
        evolve::IslandOptions island_options = job.island;
        island_options.island = id;
        // A vector starts one island, beside random ones; of a program all others are made, so that each begins with
        // it.
        if (id == 0 || job.program) island_options.seed_candidate = seed;
        auto island = std::make_unique<evolve::EvolutionIsland>(variation, island_options);
        engine::IslandProgress progress;
        if (earlier && job.rank.deterministic) {
            progress =
                engine::restore_island_at(*island, id, *earlier, job.rank.direction, common_step, job.rank.batch);
        } else if (earlier) {
            progress = engine::restore_island(*island, id, *earlier, job.rank.direction);
        }
        rank.add_island(id, std::move(island), std::move(progress));
    }
}

engine::StopRequest stop_for_signal(const std::string& name) {
    engine::StopRequest request{engine::StopReason::signal, name};
    // Through mpirun a SIGTERM leaves about a second.
    if (name == "SIGTERM") request.drain_seconds = 0.5;
    return request;
}

/// Rank 0's outward signs of life, fed by the engine's status.
class Reporter {
public:
    Reporter(const RunDirectory& run, std::uint32_t incarnation, const Job& job, engine::Executor& executor,
             const Clock& clock, FoldChild& fold, bool quiet)
        : run_(run),
          successor_(lease_file(run, incarnation + 1)),
          job_(job),
          executor_(executor),
          clock_(clock),
          fold_(fold),
          quiet_(quiet),
          progress_(clock) {}

    void operator()(const engine::RunStatus& status) {
        if (!quiet_) progress_.update(progress_text(status, job_.rank.direction, job_.rank.islands));
        fold_.records(status.journal_records);
        if (clock_.now() < next_file_) return;
        next_file_ = clock_.now() + from_seconds(status_file_interval_seconds);
        Json json = status_json(status, job_.problem->name(), job_.rank.direction);
        // Written by a worker: the loop does not wait for the disk. A full disk shows itself in the journal.
        executor_.submit({[run = run_, successor = successor_, json]() mutable {
                              std::error_code ignored;
                              if (std::filesystem::exists(successor, ignored)) return;  // the run is another's now
                              if (waits_for_space(run)) json.set("state", "waiting for space");
                              try {
                                  write_file_atomically(run.status(), json.dump(2) + "\n");
                              } catch (const Error&) {
                              }
                          },
                          [] {}});
    }
    void finish() { progress_.finish(); }

private:
    const RunDirectory& run_;
    std::filesystem::path successor_;  ///< exists once another process took the run over
    const Job& job_;
    engine::Executor& executor_;
    const Clock& clock_;
    FoldChild& fold_;
    bool quiet_;
    ProgressLine progress_;
    Nanoseconds next_file_ = 0;
};

}  // namespace

journal::RunContents read_earlier(const std::filesystem::path& root, const journal::FenceList& fences) {
    return journal::read_run(
        root,
        {.load_candidates = false, .locate_candidates = true, .byte_limits = {}, .fences = fences, .on_blob = {}});
}

std::filesystem::path stored_seed_candidate(const RunDirectory& run) { return run.root / "seed_candidate.txt"; }

SearchEnd search_on_this_rank(transport::MpiSession& session, transport::Transport& startup,
                              const Assignment& assignment, const Job& job, const SearchRequest& request,
                              std::optional<journal::RunContents> earlier) {
    const RunDirectory run{assignment.run_directory};
    const std::unique_ptr<transport::Transport> transport = session.transport();
    const bool root = transport->rank() == 0;
    const MonotonicClock clock;
    std::unique_ptr<const engine::Evaluator> evaluator;
    const engine::RankOptions options = options_of(job, assignment, clock);

    Log log;
    SpaceWatch space(run, static_cast<std::uint32_t>(transport->rank()), log);
    std::unique_ptr<journal::FileJournal> journal;
    std::unique_ptr<engine::ThreadExecutor> executor;
    std::unique_ptr<llm::Client> model;
    std::unique_ptr<engine::Rank> rank;
    std::optional<Error> failure;
    try {
        check_token(run, assignment);
        evaluator = make_evaluator(job);
        log = Log({.file = run.log() / ("rank-" + std::to_string(transport->rank()) + ".jsonl"),
                   .rank = static_cast<std::uint32_t>(transport->rank())});
        journal = open_journal(run, assignment, job, request, *transport, space);
        executor = std::make_unique<engine::ThreadExecutor>(job.workers > 0 ? job.workers : assignment.workers);
        if (assignment.fences && !earlier) earlier = read_earlier(run.root, *assignment.fences);
        if (job.model) {
            const ClientPlace place{static_cast<std::uint32_t>(transport->rank()),
                                    static_cast<std::uint32_t>(transport->size()), options.islands,
                                    options.deterministic, job.island.seed};
            model = make_model_client(*job.model, place, earlier ? earlier->llm_calls : std::vector<LlmCallRecord>());
        }
        rank = std::make_unique<engine::Rank>(
            engine::RankParts{*transport, *executor, clock, *journal, *evaluator, model.get()}, options);
        add_islands(*rank, *transport, run, job, std::move(earlier));
        // Empty but valid from the first moment on; later folds run in a child.
        if (root && !std::filesystem::exists(run.archive())) fold_run(run.root);
    } catch (const Error& error) {
        failure = error;
    }
    agree_to_begin(startup, failure);

    log.info("started", "search began",
             {{"workers", static_cast<std::uint64_t>(executor->workers())},
              {"incarnation", assignment.incarnation},
              {"host", host_name()},
              {"pid", static_cast<std::int64_t>(getpid())}});
    log.flush();  // whoever looks for a silent rank needs its host
    if (root && !request.quiet && !request.json) {
        std::fprintf(stderr, "%s: %u islands on %d rank%s, %zu worker%s on rank 0, run directory %s\n",
                     job.problem->name().c_str(), options.islands, transport->size(), transport->size() == 1 ? "" : "s",
                     executor->workers(), executor->workers() == 1 ? "" : "s", run.root.c_str());
    }
    SignalSource signals([&rank](const std::string& name) { rank->request_stop(stop_for_signal(name)); });
    rank->add_source(signals);
    StopFile stop_file(run, [&rank](const std::string& text) {
        rank->request_stop({engine::StopReason::signal, text});
    });
    if (root) rank->add_source(stop_file);
    FoldChild fold(run);
    Reporter reporter(run, assignment.incarnation, job, *executor, clock, fold, request.quiet || request.json);
    if (root) {
        rank->add_source(fold);
        rank->on_status([&reporter](const engine::RunStatus& status) { reporter(status); });
    }
    engine::run_event_loop(*rank, clock, {.poll_messages = transport->size() > 1});
    reporter.finish();

    SearchEnd end;
    end.stop = rank->outcome();
    if (root) end.status = *rank->run_status();
    end.somebody_is_lost = root ? end.status->ranks_lost > 0 : rank->coordinator_is_lost();
    end.abandoned = rank->abandoned();
    if (end.abandoned > 0) {
        // Workers that still run use these; the process leaves without them (see evolve.cpp).
        (void)executor.release();
        (void)evaluator.release();
    }
    log.info("ended", end.stop.text, {{"reason", engine::to_string(end.stop.reason)}});
    return end;
}

}  // namespace atl::app
