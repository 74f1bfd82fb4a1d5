// SPDX-License-Identifier: Apache-2.0
// A job as the program uses it: the table of its options, and the resolved values as typed structs.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "atoll/app/model_job.hpp"
#include "atoll/app/run_directory.hpp"
#include "atoll/core/options.hpp"
#include "atoll/engine/rank.hpp"
#include "atoll/evolve/island_options.hpp"
#include "atoll/evolve/own_problem.hpp"
#include "atoll/problems/program_problem.hpp"
#include "atoll/problems/vector_problem.hpp"
#include "atoll/sandbox/execution.hpp"
#include "atoll/sandbox/program_host.hpp"

namespace atl::app {

/// Every key of an evolve job: job files, ATOLL_* variables, flags, --help and docs/job-file.md are made from it.
const OptionTable& job_options();

/// ATOLL_* names that are no options of a job.
const std::vector<std::string>& other_environment_names();

struct Job {
    explicit Job(ResolvedOptions given) : options(std::move(given)) {}

    /// Then a sandbox is needed for the candidates.
    bool runs_programs() const { return program && !program->judges_text(); }

    ResolvedOptions options;
    std::shared_ptr<const problems::Problem> problem;         ///< the same object as one of the next two
    std::shared_ptr<const problems::VectorProblem> vectors;   ///< when candidates are vectors
    std::shared_ptr<const problems::ProgramProblem> program;  ///< when candidates are programs
    std::shared_ptr<sandbox::ProgramHost> host;               ///< runs foreign code, once some is there
    std::optional<evolve::OwnProblem> own;                    ///< when the user brought the problem along
    std::shared_ptr<const evolve::Verifier> verifier;         ///< of that
    sandbox::Limits program_limits;
    std::uint64_t tuner_calls = 0;       ///< programs run in one search over a program's numbers
    std::vector<double> thresholds;      ///< of the cascade's first stages; not finite: none
    std::vector<std::string> operators;  ///< pipelines by name; empty: the variation's own
    std::optional<ModelJob> model;       ///< when a model is asked
    engine::RankOptions rank;
    evolve::IslandOptions island;  ///< `island` and `seed_candidate` are filled in where islands are made
    std::size_t workers = 0;       ///< 0: from the CPUs
    std::string acknowledgement_log;
    double pause_seconds = 0;  ///< how long one evaluation takes at least: for trying out stops and schedulers
    std::uint64_t reserve_bytes = 0;
};

/// Checks what one option alone can not tell: the problem exists, bounds do not cross, some limit is set, operators
/// are known. Throws InputError naming where the value came from. The files of a user's own problem are looked for in
/// `folder`, that of the job file.
Job make_job(ResolvedOptions options, const std::filesystem::path& folder = {});

/// From a job file on disk, the process's environment and flags.
ResolvedOptions resolve_job_file(const std::filesystem::path& file, const FlagValues& flags);

/// From RUN/job.toml: environment and flags may change only what the content hash does not cover (limits, engine).
ResolvedOptions resolve_stored_job(const std::filesystem::path& file, const FlagValues& flags);

/// The target of the job that made the run; none when it has none or its stored job can not be read.
std::optional<double> stored_target(const RunDirectory& run);

}  // namespace atl::app
