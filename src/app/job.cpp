// SPDX-License-Identifier: Apache-2.0
// From resolved options to what engine and islands take.
#include "atoll/app/job.hpp"

#include <cmath>
#include <cstdio>
#include <utility>

#include "atoll/app/genomes.hpp"
#include "atoll/app/narrowed_problem.hpp"
#include "atoll/app/own_problem.hpp"
#include "atoll/core/error.hpp"
#include "atoll/core/file.hpp"

namespace atl::app {

namespace {

constexpr std::uint64_t largest_job_file_bytes = 1U << 20;
/// Longer programs do not drift: drift would make them longer and longer.
constexpr std::uint64_t drifting_program_bytes = 8192;

/// Adds where the value came from to a message about it.
template <class F>
auto with_source(const ResolvedOptions& options, const std::string& key, F&& make) {
    try {
        return make();
    } catch (const InputError& error) {
        throw InputError(options.source(key) + ": '" + key + "': " + error.what());
    }
}

std::uint32_t small(const ResolvedOptions& options, const std::string& key) {
    return static_cast<std::uint32_t>(options.integer(key));
}
std::uint64_t count(const ResolvedOptions& options, const std::string& key) {
    return static_cast<std::uint64_t>(options.integer(key));
}

void take_sandbox_options(const ResolvedOptions& given, Job& job) {
    sandbox::Limits& limits = job.program_limits;
    limits.wall_seconds = given.real("sandbox.wall_seconds");
    limits.cpu_seconds = count(given, "sandbox.cpu_seconds");
    limits.memory_bytes = count(given, "sandbox.memory_bytes");
    limits.scratch_bytes = count(given, "sandbox.scratch_bytes");
    limits.output_bytes = count(given, "sandbox.output_bytes");
    limits.open_files = small(given, "sandbox.open_files");
    limits.processes = small(given, "sandbox.processes");
    sandbox::WardenOptions warden;
    warden.python = given.text("python.interpreter");
    warden.read_paths = given.texts("sandbox.read_paths");
    warden.disabled_layers = given.texts("sandbox.disabled_layers");
    warden.required = given.texts("sandbox.require_isolation");
    warden.scratch_root = given.text("sandbox.scratch");
    job.thresholds = {given.real("cascade.stage_1"), given.real("cascade.stage_2")};
    sandbox::CompilerOptions compiler;
    compiler.compiler = given.text("cpp.compiler");
    compiler.flags = given.texts("cpp.flags");
    if (!given.text("cpp.cache").empty()) compiler.cache_folder = given.text("cpp.cache");
    compiler.cache_bytes = count(given, "cpp.cache_bytes");
    compiler.limits.wall_seconds = given.real("cpp.compile_seconds");
    compiler.limits.cpu_seconds = static_cast<std::uint64_t>(std::ceil(compiler.limits.wall_seconds));
    compiler.note = [](const std::string& text) { std::fprintf(stderr, "atoll: note: %s\n", text.c_str()); };
    job.tuner_calls = count(given, "operators.tuner_calls");
    job.host = std::make_shared<sandbox::ProgramHost>(std::move(warden), std::move(compiler));
}

/// Own problems are read here, and started where candidates are evaluated.
void make_own_problem(const ResolvedOptions& given, const std::filesystem::path& folder, Job& job) {
    job.own = read_own_problem(given, folder);
    job.verifier = std::make_shared<const evolve::Verifier>(job.own->verifier, job.host, job.program_limits);
    if (job.own->kind != evolve::OwnKind::vector) {
        job.program = evolve::make_own_program_problem(*job.own, job.verifier);
        job.problem = job.program;
        return;
    }
    job.vectors = evolve::make_own_vector_problem(*job.own, job.verifier);
    job.problem = job.vectors;
}

/// The problem that the job names, vectors or programs.
void make_problem(const ResolvedOptions& given, Job& job) {
    const std::string name = given.text("problem");
    job.program = with_source(given, "instances.families", [&] {
        return std::shared_ptr<const problems::ProgramProblem>(
            problems::make_program_problem(name, given.texts("instances.families")));
    });
    job.problem = job.program;
    if (job.program) return;
    job.vectors = with_source(given, "problem", [&] {
        return std::shared_ptr<const problems::VectorProblem>(problems::make_vector_problem(name));
    });
    job.problem = job.vectors;
}

/// Inside the narrower bounds of the job, when it asks for such.
void narrow_bounds(const ResolvedOptions& given, Job& job) {
    const double lower = given.real("search.lower");
    const double upper = given.real("search.upper");
    if (lower > upper) {
        throw InputError(given.source("search.lower") + ": 'search.lower' is above 'search.upper' (" +
                         given.source("search.upper") + ")");
    }
    job.vectors = with_source(given, std::isfinite(lower) ? "search.lower" : "search.upper",
                              [&] { return narrow(job.vectors, lower, upper); });
    job.problem = job.vectors;
}

}  // namespace

Job make_job(ResolvedOptions options, const std::filesystem::path& folder) {
    Job job(std::move(options));
    const ResolvedOptions& given = job.options;
    take_sandbox_options(given, job);
    if (has_own_problem(given)) {
        make_own_problem(given, folder, job);
    } else {
        make_problem(given, job);
    }
    if (job.vectors) narrow_bounds(given, job);
    const bool python_programs = job.runs_programs() && job.program->language() == problems::Language::python;
    const bool python_verifier = job.own && job.own->verifier.name.ends_with(".py");
    if (!python_programs && !python_verifier) job.host->leave_python_out();

    engine::RankOptions& rank = job.rank;
    rank.direction = job.problem->direction();
    rank.islands = small(given, "islands");
    rank.batch = small(given, "batch");
    rank.limit_evaluations = count(given, "limits.evaluations");
    rank.limit_seconds = given.real("limits.seconds");
    if (std::isfinite(given.real("limits.target"))) rank.target = given.real("limits.target");
    if (rank.limit_evaluations == 0 && rank.limit_seconds == 0 && !rank.target) {
        throw InputError("this job would never end; set 'limits.seconds', 'limits.evaluations' or 'limits.target'");
    }
    rank.migration_interval = count(given, "migration.interval");
    rank.snapshot_interval = count(given, "journal.snapshot_interval");
    rank.queue_per_worker = count(given, "engine.queue_per_worker");
    rank.unacknowledged_limit = count(given, "engine.unacknowledged");
    rank.maximum_attempts = small(given, "engine.attempts");
    rank.deterministic = given.boolean("deterministic");
    rank.drain_seconds = given.real("engine.drain");
    rank.peer_timeout = from_seconds(given.real("engine.peer_timeout"));
    rank.walltime_margin_seconds = given.real("limits.walltime_margin");
    if (rank.deterministic && rank.limit_evaluations == 0 && !rank.target) {
        throw InputError(given.source("deterministic") +
                         ": a deterministic run ends by counts; set 'limits.evaluations' or 'limits.target'");
    }

    evolve::IslandOptions& island = job.island;
    island.seed = count(given, "seed");
    island.islands = rank.islands;
    island.batch = rank.batch;
    island.population.size = small(given, "population.size");
    island.population.selection = *evolve::parse_selection(given.text("population.selection"));
    island.population.tournament_size = small(given, "population.tournament_size");
    if (job.program) island.population.neutral_bytes = drifting_program_bytes;
    island.elites = small(given, "population.elites");
    island.initial_candidates = small(given, "population.initial");
    island.stagnation_steps = count(given, "population.stagnation_steps");
    island.migration.topology = *evolve::parse_topology(given.text("migration.topology"));
    island.migration.migrants = small(given, "migration.migrants");
    island.bandit.floor = given.real("operators.floor");
    job.operators = given.texts("operators.enabled");
    job.model = read_model_job(given, folder);
    if (job.model && !job.program) {
        throw InputError(given.source("llm.endpoints") + ": 'llm.endpoints': the candidates of " + job.problem->name() +
                         " are vectors, which no model is asked for; leave it out");
    }
    if (job.model) island.model_weights = job.model->weights;
    island.prompts_with_timings = !rank.deterministic;
    with_source(given, "operators.enabled", [&] {
        check_pipelines(job);
        return 0;
    });

    job.workers = count(given, "engine.workers");
    job.reserve_bytes = count(given, "journal.reserve");
    job.acknowledgement_log = given.text("journal.acknowledgement_log");
    job.pause_seconds = given.real("noop.seconds");
    if (job.pause_seconds > 0 && job.problem->name() != "noop") {
        throw InputError(given.source("noop.seconds") + ": 'noop.seconds' is for the problem noop only");
    }
    return job;
}

ResolvedOptions resolve_job_file(const std::filesystem::path& file, const FlagValues& flags) {
    return resolve_options(job_options(), JobFile{file.string(), read_text_file(file, largest_job_file_bytes)},
                           process_environment(), flags, other_environment_names());
}

ResolvedOptions resolve_stored_job(const std::filesystem::path& file, const FlagValues& flags) {
    const JobFile stored{file.string(), read_text_file(file, largest_job_file_bytes)};
    const ResolvedOptions before = resolve_options(job_options(), stored, {}, {});
    ResolvedOptions after =
        resolve_options(job_options(), stored, process_environment(), flags, other_environment_names());
    for (const auto& [key, entry] : after.entries()) {
        if (entry.option.in_content_hash && entry.value != before.entries().at(key).value) {
            throw InputError(entry.source + ": '" + key + "' can not be changed on resume; start a new run for that");
        }
    }
    return after;
}

std::optional<double> stored_target(const RunDirectory& run) {
    try {
        return make_job(resolve_stored_job(run.job(), {}), run.root).rank.target;
    } catch (const InputError&) {
        return std::nullopt;
    }
}

}  // namespace atl::app
