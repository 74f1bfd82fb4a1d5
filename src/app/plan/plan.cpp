// SPDX-License-Identifier: Apache-2.0
// The verb `plan`: alone without MPI, or on the ranks it was started on.
#include "atoll/app/plan.hpp"

#include <algorithm>
#include <cstdio>
#include <iostream>
#include <limits>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "atoll/app/job.hpp"
#include "atoll/app/startup.hpp"
#include "atoll/core/file.hpp"
#include "atoll/core/json.hpp"
#include "atoll/transport/launch.hpp"
#include "atoll/transport/mpi_transport.hpp"
#include "mixed_plan.hpp"
#include "plan_messages.hpp"
#include "plan_peers.hpp"
#include "plan_run.hpp"
#include "plan_search.hpp"
#include "slurm_allocation.hpp"

namespace atl::app {

namespace {

constexpr std::uint64_t largest_job_file_bytes = 1U << 20U;

/// The allocation's GPUs: as pools, or, of one type, as a number of it.
void add_allocation(FlagValues& flags) {
    const std::string pools = pools_of_this_job();
    if (pools.find(',') != std::string::npos) {
        flags.emplace_back("--pools", pools);
        return;
    }
    const std::size_t colon = pools.rfind(':');
    flags.emplace_back("--gpu", pools.substr(0, colon));
    flags.emplace_back("--gpus", pools.substr(colon + 1));
}

ResolvedOptions resolve(const PlanRequest& request) {
    std::optional<JobFile> file;
    if (request.job_file)
        file = JobFile{request.job_file->string(), read_text_file(*request.job_file, largest_job_file_bytes)};
    FlagValues flags = request.flags;
    if (request.from_slurm) add_allocation(flags);
    return resolve_options(plan_options(), file, process_environment(), flags, other_environment_names());
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

bool has_pools(const ResolvedOptions& options) { return !options.text("pools").empty(); }

/// On rank 0: keeps and prints what was found of pipelines over several types.
ExitCode tell_mixed(const PlanRequest& request, const MixedJob& job, const MixedFindings& findings) {
    if (request.run) {
        keep_plan_run(*request.run, {.job = job.options,
                                     .plans = mixed_records(job, findings),
                                     .counts = mixed_count_records(findings),
                                     .command_line = request.command_line,
                                     .ranks = static_cast<int>(findings.split_by_rank.size()),
                                     .seconds = findings.seconds});
    }
    if (request.pictures) draw_mixed(job, findings, *request.pictures);
    std::vector<Sensitivity> moves;
    if (request.explain) moves = sensitivity(job, findings);
    if (request.json) {
        std::cout << mixed_json(job, findings, moves).dump(2) << "\n";
        return ExitCode::ok;
    }
    print_mixed(job, findings, std::cout);
    if (request.stages) print_mixed_stages(job, findings, std::cout);
    if (request.explain) print_sensitivity(job, moves, std::cout);
    if (request.pictures) std::cout << "pictures in " << request.pictures->string() << "\n";
    if (request.run) std::cout << "kept in " << request.run->string() << "\n";
    std::cout << std::flush;
    return ExitCode::ok;
}

void refuse_for_pools(const ResolvedOptions& options) {
    if (options.text("emit") != "none") {
        throw InputError(options.source("emit") + ": plans are written out for GPUs of one type only, not for pools");
    }
}

ExitCode plan_alone(const PlanRequest& request) {
    ResolvedOptions options = resolve(request);
    if (has_pools(options)) {
        refuse_for_pools(options);
        const MixedJob job = make_mixed_job(std::move(options));
        return tell_mixed(request, job, search_mixed(job, nullptr));
    }
    const PlanJob job = make_plan_job(std::move(options));
    PlanSearch search(job);
    return tell(request, job, search.findings(search.search({}), 1));
}

/// Each rank reads the job by itself and searches its part; rank 0 puts the parts together and goes on with them.
class PlanTogether {
public:
    PlanTogether(const PlanRequest& request, transport::Transport& transport) : request_(request), peers_(transport) {}

    ExitCode run() {
        std::optional<Error> failure;
        try {
            ResolvedOptions options = resolve(request_);
            if (has_pools(options)) {
                refuse_for_pools(options);
                mixed_job_.emplace(make_mixed_job(std::move(options)));
                mixed_ = search_mixed(*mixed_job_, &peers_);
            } else {
                job_.emplace(make_plan_job(std::move(options)));
                search();
            }
        } catch (const Error& error) {
            failure = error;
        }
        peers_.leave(failure);
        if (peers_.rank() != 0) return ExitCode::ok;
        if (mixed_job_) return tell_mixed(request_, *mixed_job_, *mixed_);
        return tell(request_, *job_, search_->findings(merge(results_), peers_.ranks()));
    }

private:
    void search() {
        search_.emplace(*job_);
        double told = std::numeric_limits<double>::infinity();
        double best = told;
        const auto exchange = [&](double found) {
            if (found < told) {
                told = found;
                peers_.tell({.seconds = found, .dollars = 0});
            }
            for (const plan::MixedPoint& point : peers_.heard()) best = std::min(best, point.seconds);
            return best;
        };
        const plan::SearchResult own = search_->search({.part = static_cast<std::uint32_t>(peers_.rank()),
                                                        .parts = static_cast<std::uint32_t>(peers_.ranks()),
                                                        .exchange = exchange});
        for (const Json& one : peers_.join(to_json(own))) results_.push_back(search_result_of(one, own));
    }

    const PlanRequest& request_;
    PlanPeers peers_;
    std::optional<PlanJob> job_;
    std::optional<PlanSearch> search_;
    std::vector<plan::SearchResult> results_;
    std::optional<MixedJob> mixed_job_;
    std::optional<MixedFindings> mixed_;
};

ExitCode plan_on_ranks(const PlanRequest& request) {
    transport::MpiSession session;
    const std::unique_ptr<transport::Transport> transport = session.transport();
    try {
        return session.size() > 1 ? PlanTogether(request, *transport).run() : plan_alone(request);
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
    return transport::may_have_peers(transport::current_environment()) ? plan_on_ranks(request) : plan_alone(request);
}

}  // namespace atl::app
