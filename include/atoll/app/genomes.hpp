// SPDX-License-Identifier: Apache-2.0
// What a job's candidates are: how they are read, varied and evaluated.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "atoll/app/job.hpp"
#include "atoll/engine/evaluator.hpp"
#include "atoll/evolve/variation.hpp"

namespace atl::app {

/// Throws InputError for a pipeline that the job's problem does not have.
void check_pipelines(const Job& job);

/// Starts warden and compiler when candidates are programs; throws what that throws. `seed`: the program that islands
/// start from, in place of the problem's own.
std::shared_ptr<const evolve::Variation> make_variation(const Job& job, const std::optional<Candidate>& seed);

/// Throws InputError for keys, traces and templates of prompts that can not be used; nothing for a job without a model.
void check_model(const Job& job);

/// Tries verifier and driver of a user's own problem; nothing for others. Throws InputError when one can not be used.
void start_own_problem(const Job& job);

/// Starts warden and compiler when candidates are programs; throws what that throws.
std::unique_ptr<const engine::Evaluator> make_evaluator(const Job& job);

/// A candidate from a file as users write them: the text of a vector, a program, a folder of a program's files. Throws
/// InputError with the place.
Candidate read_candidate(const Job& job, const std::filesystem::path& file);

/// What a run keeps of its seed candidate, and back.
std::string stored_text(const Candidate& candidate);
Candidate candidate_from_stored(const Job& job, const std::string& text, const std::string& name);

}  // namespace atl::app
