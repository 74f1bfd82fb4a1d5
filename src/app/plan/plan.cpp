// SPDX-License-Identifier: Apache-2.0
// The verb `plan`: alone without MPI, or on the ranks it was started on.
#include "atoll/app/plan.hpp"

#include <cstdio>
#include <iostream>
#include <memory>
#include <optional>

#include "atoll/app/job.hpp"
#include "atoll/app/startup.hpp"
#include "atoll/core/file.hpp"
#include "atoll/core/json.hpp"
#include "atoll/transport/launch.hpp"
#include "atoll/transport/mpi_transport.hpp"
#include "mixed_plan.hpp"
#include "plan_peers.hpp"
#include "plan_run.hpp"
#include "plan_search.hpp"

namespace atl::app {

namespace {

constexpr std::uint64_t largest_job_file_bytes = 1U << 20U;

ResolvedOptions resolve(const PlanRequest& request) {
    std::optional<JobFile> file;
    if (request.job_file)
        file = JobFile{request.job_file->string(), read_text_file(*request.job_file, largest_job_file_bytes)};
    return resolve_options(plan_options(), file, process_environment(), request.flags, other_environment_names());
}

/// On rank 0: keeps and prints what was found.
ExitCode tell(const PlanRequest& request, const PlanJob& job, const PlanFindings& findings) {
    if (const std::string why = why_empty(findings.result); !why.empty()) throw InputError(why);
    if (request.run) {
        keep_plan_run(*request.run, {.job = job.options,
                                     .plans = plan_records(findings),
                                     .counts = plan_count_records(findings),
                                     .command_line = request.command_line,
                                     .ranks = findings.ranks,
                                     .seconds = findings.search_seconds});
    }
    std::filesystem::path emitted;
    if (job.emit) emitted = emit_best(job, findings);
    if (request.pictures) draw_best(job, findings, *request.pictures);
    std::vector<plan::ResourceGain> gains;
    if (request.explain) gains = resource_gains(job, findings);
    if (request.json) {
        std::cout << plans_json(job, findings, gains).dump(2) << "\n";
        return ExitCode::ok;
    }
    print_plans(job, findings, std::cout);
    if (request.stages) print_stages(job, findings, std::cout);
    if (request.explain) print_explanation(job, findings, gains, std::cout);
    if (job.emit) std::cout << "plan 1 as arguments and a batch script in " << emitted.string() << "\n";
    if (request.pictures) std::cout << "pictures in " << request.pictures->string() << "\n";
    if (request.run) std::cout << "kept in " << request.run->string() << "\n";
    std::cout << std::flush;
    return ExitCode::ok;
}

/// Mixed pipelines are searched by one rank.
ExitCode plan_pools(const PlanRequest& request, ResolvedOptions options) {
    if (request.run || request.explain || request.stages || request.pictures || options.text("emit") != "none") {
        throw InputError("pools: --out, --explain, --stages, --pictures and --emit are for GPUs of one type");
    }
    const MixedJob job = make_mixed_job(std::move(options));
    const MixedFindings findings = search_mixed(job);
    if (request.json) {
        std::cout << mixed_json(job, findings).dump(2) << "\n";
    } else {
        print_mixed(job, findings, std::cout);
    }
    std::cout << std::flush;
    return ExitCode::ok;
}

ExitCode plan_alone(const PlanRequest& request) {
    const PlanJob job = make_plan_job(resolve(request));
    PlanSearch search(job);
    return tell(request, job, search.findings(search.search({}), 1));
}

/// Each rank reads the job by itself and searches its part; rank 0 puts the parts together.
ExitCode plan_together(const PlanRequest& request, transport::Transport& transport) {
    PlanPeers peers(transport);
    std::optional<PlanJob> job;
    std::optional<PlanSearch> search;
    std::optional<plan::SearchResult> own;
    std::optional<Error> failure;
    try {
        job.emplace(make_plan_job(resolve(request)));
        search.emplace(*job);
        own = search->search({.part = static_cast<std::uint32_t>(transport.rank()),
                              .parts = static_cast<std::uint32_t>(transport.size()),
                              .exchange = [&peers](double found) { return peers.exchange(found); }});
    } catch (const Error& error) {
        failure = error;
    }
    const std::vector<plan::SearchResult> results = peers.join(own, failure);
    if (transport.rank() != 0) return ExitCode::ok;
    return tell(request, *job, search->findings(merge(results), transport.size()));
}

ExitCode plan_on_ranks(const PlanRequest& request) {
    transport::MpiSession session;
    const std::unique_ptr<transport::Transport> transport = session.transport();
    try {
        return session.size() > 1 ? plan_together(request, *transport) : plan_alone(request);
    } catch (const SilentError&) {
        throw;
    } catch (const Error& error) {
        // NOTE: before MPI ends: once one rank has left with an error code, the launcher may kill this one unheard.
        std::fprintf(stderr, "atoll: %s\n", error.what());
        throw SilentError(error.code());
    }
}

}  // namespace

ExitCode plan(const PlanRequest& request) {
    if (request.show_config) {
        std::cout << resolve(request).show();
        return ExitCode::ok;
    }
    if (ResolvedOptions options = resolve(request); !options.text("pools").empty()) {
        return plan_pools(request, std::move(options));
    }
    return transport::may_have_peers(transport::current_environment()) ? plan_on_ranks(request) : plan_alone(request);
}

}  // namespace atl::app
