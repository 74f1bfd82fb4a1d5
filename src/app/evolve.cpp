// SPDX-License-Identifier: Apache-2.0
// The verbs `evolve` and `resume`: who decides what at start-up, and how all ranks leave together.
#include "atoll/app/evolve.hpp"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>

#include "atoll/app/genomes.hpp"
#include "atoll/app/job.hpp"
#include "atoll/app/lease.hpp"
#include "atoll/app/own_problem.hpp"
#include "atoll/app/run_directory.hpp"
#include "atoll/app/signals.hpp"
#include "atoll/app/space_watch.hpp"
#include "atoll/app/startup.hpp"
#include "atoll/app/stop_file.hpp"
#include "atoll/core/clock.hpp"
#include "atoll/core/file.hpp"
#include "atoll/core/number.hpp"
#include "atoll/engine/restore.hpp"
#include "atoll/evolve/vector_genome.hpp"
#include "atoll/journal/writer.hpp"
#include "atoll/transport/mpi_transport.hpp"
#include "search_rank.hpp"

namespace atl::app {

namespace {

void check_ranks(const Job& job, int ranks) {
    if (static_cast<std::uint32_t>(ranks) <= job.rank.islands) return;
    throw InputError(job.options.source("islands") + ": 'islands' is " + std::to_string(job.rank.islands) +
                     " but there are " + std::to_string(ranks) +
                     " ranks; start at most as many ranks as islands, or raise 'islands'");
}

/// Something the other ranks can check that they see the same folder by.
std::string write_token(const RunDirectory& run, std::uint32_t incarnation) {
    std::string token =
        utc_timestamp() + " " + std::to_string(MonotonicClock().now()) + " " + std::to_string(incarnation) + "\n";
    write_file_atomically(run.root / "token", token);
    return token;
}

Assignment prepare_new_run(const SearchRequest& request, int ranks, std::optional<Lease>& lease) {
    const Job job = make_job(resolve_job_file(request.job_file, request.flags), request.job_file.parent_path());
    check_ranks(job, ranks);
    std::string seed_text;
    if (request.seed_candidate) {
        const Candidate seed = read_candidate(job, *request.seed_candidate);
        if (job.vectors && evolve::decode_vector(seed).size() != job.vectors->dimension()) {
            throw InputError(request.seed_candidate->string() + ": " +
                             std::to_string(evolve::decode_vector(seed).size()) + " coordinates, but " +
                             job.problem->name() + " takes " + std::to_string(job.vectors->dimension()));
        }
        seed_text = stored_text(seed);
    }
    start_own_problem(job);  // before there is a run that a mistake in it would leave behind
    check_model(job);
    RunDirectory run =
        request.run.empty() ? create_default_run_directory(job.problem->name()) : create_run_directory(request.run);
    run.root = std::filesystem::absolute(run.root).lexically_normal();
    lease.emplace(run);
    // Two that start at once on one folder both find it free; who has the lease second finds the first one's job. A
    // start that ended before its job was written has left an incarnation only.
    if (run.holds_a_run()) refuse_existing_run(run);
    Assignment assignment;
    assignment.incarnation = lease->incarnation();
    assignment.run_directory = run.root.string();
    ResolvedOptions kept = job.options;
    if (job.own) kept = keep_own_problem(kept, *job.own, run);
    if (job.model) kept = keep_model_files(kept, *job.model, run);
    assignment.job_toml = kept.to_toml();
    assignment.token = write_token(run, assignment.incarnation);
    if (!seed_text.empty()) write_file_atomically(stored_seed_candidate(run), seed_text);
    write_file_atomically(run.job(), assignment.job_toml);
    return assignment;
}

Assignment prepare_resumed_run(const SearchRequest& request, int ranks, std::optional<Lease>& lease,
                               std::optional<journal::RunContents>& contents) {
    RunDirectory run = open_run_directory(request.run);
    if (std::filesystem::exists(run.merged_from())) {
        throw InputError(run.root.string() + " was merged from several runs (" + run.merged_from().string() +
                         "), whose islands have no common state; resume one of those");
    }
    run.root = std::filesystem::absolute(run.root).lexically_normal();
    refuse_if_held(run);  // before anything else is wrong, and before a refusal would use up an incarnation
    const Job job = make_job(resolve_stored_job(run.job(), request.flags), run.root);
    check_ranks(job, ranks);
    check_model(job);
    lease.emplace(run);
    remove_leftovers(run);
    Assignment assignment;
    const std::uint32_t incarnation = lease->incarnation();
    if (incarnation > 0) {
        // NOTE: in this order: first the lease, then the lengths (src/journal/fence.cpp says why).
        assignment.fences = journal::measure_fences(run.root, incarnation);
        const journal::RunContents& earlier = contents.emplace(read_earlier(run.root, *assignment.fences));
        for (const journal::Note& note : earlier.fenced) std::fprintf(stderr, "atoll: note: %s\n", note.text.c_str());
        for (const journal::Note& note : earlier.torn_tails)
            std::fprintf(stderr, "atoll: note: %s\n", note.text.c_str());
        for (const journal::Note& note : earlier.damages)
            std::fprintf(stderr, "atoll: warning: %s\n", note.text.c_str());
        assignment.base_elapsed_seconds = engine::elapsed_seconds(earlier);
    }
    assignment.incarnation = incarnation;
    assignment.run_directory = run.root.string();
    assignment.job_toml = (job.model ? keep_model_files(job.options, *job.model, run) : job.options).to_toml();
    assignment.token = write_token(run, incarnation);
    std::error_code ignored;
    std::filesystem::remove(run.outcome(), ignored);
    clear_stop_request(run);
    write_file_atomically(run.job(), assignment.job_toml);
    return assignment;
}

/// `leave_at_once` is set when workers still run evaluations that nobody waits for.
ExitCode search(transport::MpiSession& session, const SearchRequest& request, bool resuming,
                sandbox::WardenLaunch&& warden, bool& leave_at_once) {
    const std::unique_ptr<transport::Transport> startup = session.transport();
    std::optional<Lease> lease;
    std::optional<journal::RunContents> earlier;
    const Assignment assignment = agree_on_job(*startup, [&] {
        return resuming ? prepare_resumed_run(request, session.size(), lease, earlier)
                        : prepare_new_run(request, session.size(), lease);
    });
    bool together = true;  // until the loop begins, errors end all ranks by agreement
    try {
        const Job job = make_job(resolve_options(job_options(), JobFile{"RUN/job.toml", assignment.job_toml}, {}, {}),
                                 assignment.run_directory);
        job.host->adopt(std::move(warden));
        together = false;
        const SearchEnd end = search_on_this_rank(session, *startup, assignment, job, request, std::move(earlier));
        // What a later process works on is no more this one's to close.
        if (session.rank() == 0 && !lease->is_lost()) {
            close_run(RunDirectory{assignment.run_directory}, job, end, request);
        }
        if (end.stop.reason == engine::StopReason::failure && (session.rank() == 0 || end.somebody_is_lost)) {
            std::fprintf(stderr, "atoll: %s\n", end.stop.text.c_str());
        }
        const ExitCode code = engine::exit_code(end.stop.reason);
        if (end.somebody_is_lost) session.abort(code);
        leave_at_once = end.abandoned > 0;
        return code;
    } catch (const SilentError&) {
        throw;
    } catch (const AgreedError&) {
        throw;
    } catch (const std::exception& error) {
        if (together) throw;
        // This rank alone is in trouble: the others would wait for it for ever.
        const auto* known = dynamic_cast<const Error*>(&error);
        std::fprintf(stderr, "atoll: rank %d: %s\n", session.rank(), error.what());
        session.abort(known != nullptr ? known->code() : ExitCode::internal);
    }
}

/// Before there is any child: a rank on its own makes MPI start a daemon.
void hide_model_keys(const SearchRequest& request, bool resuming) {
    try {
        take_model_keys(resuming ? resolve_stored_job(RunDirectory{request.run}.job(), request.flags)
                                 : resolve_job_file(request.job_file, request.flags));
    } catch (const Error&) {
        // Said once, by the rank that prepares the run.
    }
}

ExitCode run_search(const SearchRequest& request, bool resuming) {
    const SignalMask mask;
    hide_model_keys(request, resuming);
    sandbox::WardenLaunch warden;  // before MPI, whose threads and memory no other process must share
    // A rank that foreign code must not look into is closed to its neighbours, too: Open MPI's copies from one process
    // into another would fail one by one, each with a message.
    if (geteuid() != 0) setenv("OMPI_MCA_btl_vader_single_copy_mechanism", "none", 0);
    ExitCode code = ExitCode::ok;
    bool leave_at_once = false;
    {
        transport::MpiSession session;
        try {
            code = search(session, request, resuming, std::move(warden), leave_at_once);
        } catch (const AgreedError& error) {
            // NOTE: before MPI ends: once one rank has left with an error code, the launcher may kill this one unheard.
            std::fprintf(stderr, "atoll: %s\n", error.what());
            throw SilentError(error.code());
        }
    }
    if (leave_at_once) {
        std::fflush(nullptr);
        _exit(static_cast<int>(code));
    }
    return code;
}

}  // namespace

ExitCode evolve(const SearchRequest& request) { return run_search(request, false); }
ExitCode resume(const SearchRequest& request) { return run_search(request, true); }

}  // namespace atl::app
