// SPDX-License-Identifier: Apache-2.0
// A job as the program uses it: the table of its options, and the resolved values as typed structs.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "atoll/app/run_directory.hpp"
#include "atoll/core/options.hpp"
#include "atoll/engine/rank.hpp"
#include "atoll/evolve/island_options.hpp"
#include "atoll/problems/program_problem.hpp"
#include "atoll/problems/vector_problem.hpp"
#include "atoll/sandbox/warden.hpp"

namespace atl::app {

/// Every key of an evolve job: job files, ATOLL_* variables, flags, --help and docs/job-file.md are made from it.
const OptionTable& job_options();

/// ATOLL_* names that are no options of a job.
const std::vector<std::string>& other_environment_names();

struct Job {
    ResolvedOptions options;
    std::shared_ptr<const problems::VectorProblem> problem;  ///< of a program problem: the judge of its numbers
    std::optional<problems::ProgramProblem> program;         ///< when candidates are programs
    sandbox::Limits program_limits;
    sandbox::WardenOptions warden;
    engine::RankOptions rank;
    evolve::IslandOptions island;  ///< `island` and `seed_candidate` are filled in where islands are made
    std::size_t workers = 0;       ///< 0: from the CPUs
    std::string acknowledgement_log;
    double pause_seconds = 0;  ///< how long one evaluation takes at least: for trying out stops and schedulers
    std::uint64_t reserve_bytes = 0;
};

/// Checks what one option alone can not tell: the problem exists, bounds do not cross, some limit is set, operators
/// are known. Throws InputError naming where the value came from.
Job make_job(ResolvedOptions options);

/// The name that the job calls its problem by.
std::string problem_name(const Job& job);

/// Throws InputError when the job's candidates are programs, which can be evaluated but not evolved.
void refuse_programs(const Job& job);

/// From a job file on disk, the process's environment and flags.
ResolvedOptions resolve_job_file(const std::filesystem::path& file, const FlagValues& flags);

/// From RUN/job.toml: environment and flags may change only what the content hash does not cover (limits, engine).
ResolvedOptions resolve_stored_job(const std::filesystem::path& file, const FlagValues& flags);

/// The target of the job that made the run; none when it has none or its stored job can not be read.
std::optional<double> stored_target(const RunDirectory& run);

}  // namespace atl::app
