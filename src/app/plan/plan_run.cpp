// SPDX-License-Identifier: Apache-2.0
// A plan search kept in a run directory: written once, after the search.
#include "plan_run.hpp"

#include "atoll/app/content_job.hpp"
#include "atoll/app/lease.hpp"
#include "atoll/app/provenance.hpp"
#include "atoll/app/run_directory.hpp"
#include "atoll/core/file.hpp"
#include "atoll/core/hash.hpp"
#include "atoll/journal/writer.hpp"
#include "atoll/transport/mpi_transport.hpp"

namespace atl::app {

void keep_plan_run(const std::filesystem::path& root, const PlanRun& found) {
    const RunDirectory run = create_run_directory(root);
    const Lease lease(run);
    if (run.holds_a_run()) refuse_existing_run(run);
    const std::string job = found.job.to_toml();
    Json about = program_provenance({.ranks = found.ranks,
                                     .hosts = host_name(),
                                     .command_line = found.command_line,
                                     .mpi = transport::mpi_version()});
    about.set("problem", "plan");
    about.set("direction", to_string(Direction::minimize));
    about.set("job_sha256", to_hex(sha256(job)));
    {
        journal::FileJournal journal(
            run.root,
            {.incarnation = lease.incarnation(), .rank = 0, .provenance_json = about.dump(), .job_toml = job});
        for (const PlanRecord& plan : found.plans) journal.append(plan);
        for (const PlanCountRecord& count : found.counts) journal.append(count);
        journal.append(
            EventRecord{.name = "ended", .text = "the space was searched", .elapsed_seconds = found.seconds});
        journal.flush();
    }
    write_file_atomically(run.job(), job);
    fold_run(run.root);
    Json outcome;
    outcome.set("problem", "plan");
    outcome.set("reason", "space_searched");
    outcome.set("exit_code", 0);
    outcome.set("plans", found.plans.size());
    outcome.set("seconds", found.seconds);
    write_file_atomically(run.outcome(), outcome.dump(2) + "\n");
}

}  // namespace atl::app
