// SPDX-License-Identifier: Apache-2.0
// Vectors and programs as a job's candidates.
#include "atoll/app/genomes.hpp"

#include "atoll/app/paused_evaluator.hpp"
#include "atoll/core/error.hpp"
#include "atoll/core/file.hpp"
#include "atoll/evolve/program_evaluator.hpp"
#include "atoll/evolve/program_genome.hpp"
#include "atoll/evolve/program_variation.hpp"
#include "atoll/evolve/vector_evaluator.hpp"
#include "atoll/evolve/vector_genome.hpp"
#include "atoll/evolve/vector_variation.hpp"

namespace atl::app {

namespace {

/// Null where no program is run.
std::shared_ptr<const evolve::ProgramRunner> make_runner(const Job& job) {
    if (!job.runs_programs()) return nullptr;
    return std::make_shared<const evolve::ProgramRunner>(*job.program, job.host, job.program_limits);
}

std::shared_ptr<const evolve::ModelProposer> make_proposer(const Job& job) {
    if (!job.model) return nullptr;
    return std::make_shared<const evolve::ModelProposer>(job.program, job.model->prompts);
}

}  // namespace

void check_pipelines(const Job& job) {
    if (job.program) {
        return evolve::ProgramVariation::check_pipelines(*job.program, job.operators, job.model.has_value());
    }
    const evolve::VectorVariation checked(job.vectors, job.operators);
}

std::shared_ptr<const evolve::Variation> make_variation(const Job& job, const std::optional<Candidate>& seed) {
    if (job.program) {
        return std::make_shared<const evolve::ProgramVariation>(job.program, make_runner(job),
                                                                seed ? seed->bytes : job.program->initial_program(),
                                                                job.tuner_calls, job.operators, make_proposer(job));
    }
    return std::make_shared<const evolve::VectorVariation>(job.vectors, job.operators);
}

void check_model(const Job& job) {
    if (!job.model) return;
    check_model_job(*job.model);
    (void)make_proposer(job);
}

void start_own_problem(const Job& job) {
    if (!job.own) return;
    job.verifier->start();
    if (job.program) check_own_driver(*job.own, *job.program, *job.host, job.program_limits);
}

std::unique_ptr<const engine::Evaluator> make_evaluator(const Job& job) {
    start_own_problem(job);
    if (job.program) {
        return std::make_unique<evolve::ProgramEvaluator>(job.program, make_runner(job), job.thresholds);
    }
    std::unique_ptr<const engine::Evaluator> evaluator = std::make_unique<evolve::VectorEvaluator>(job.vectors);
    if (job.pause_seconds == 0) return evaluator;
    return std::make_unique<PausedEvaluator>(std::move(evaluator), job.pause_seconds);
}

Candidate read_candidate(const Job& job, const std::filesystem::path& file) {
    if (job.program) return evolve::read_program(file, job.program->language());
    const std::string text = read_text_file(file, evolve::vector_text_max_bytes);
    const std::vector<double> x = evolve::parse_vector_text(text, file.string());
    return evolve::encode_vector(x);
}

std::string stored_text(const Candidate& candidate) {
    if (candidate.genome != evolve::vector_genome) return candidate.bytes;
    return evolve::write_vector_text(evolve::decode_vector(candidate));
}

Candidate candidate_from_stored(const Job& job, const std::string& text, const std::string& name) {
    if (job.program) {
        evolve::parse_program(text, job.program->language(), name);
        return {std::string(evolve::program_genome), text};
    }
    return evolve::encode_vector(evolve::parse_vector_text(text, name));
}

}  // namespace atl::app
