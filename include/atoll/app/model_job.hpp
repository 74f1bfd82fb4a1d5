// SPDX-License-Identifier: Apache-2.0
// What a job says about language models: llm.* read, kept with the run, and made into a client.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "atoll/app/run_directory.hpp"
#include "atoll/core/options.hpp"
#include "atoll/core/record.hpp"
#include "atoll/evolve/model_proposer.hpp"
#include "atoll/llm/client.hpp"
#include "atoll/llm/endpoint_pool.hpp"

namespace atl::app {

struct ModelJob {
    llm::PoolOptions pool;  ///< keys are not read yet
    evolve::PromptOptions prompts;
    std::filesystem::path prices;  ///< file; empty: none
    std::filesystem::path replay;  ///< trace or run directory; empty: endpoints are asked
    std::vector<std::string> models;
    std::vector<double> weights;  ///< of the models
};

/// None when the job names no endpoint. Relative paths begin at `folder`. Throws InputError with where a value came
/// from: endpoints that can not be read, files that are missing, a budget in money without a price.
std::optional<ModelJob> read_model_job(const ResolvedOptions& options, const std::filesystem::path& folder);

/// Takes the variables that hold keys out of the environment, when the options name any.
void take_model_keys(const ResolvedOptions& options);

/// Throws InputError when a key is not there, or the trace can not be read: before there is a run that such a mistake
/// would leave behind.
void check_model_job(const ModelJob& model);

/// Copies prices, prompts and trace to RUN/llm and gives back the options that name the copies, relative to RUN.
ResolvedOptions keep_model_files(const ResolvedOptions& options, const ModelJob& model, const RunDirectory& run);

/// Where one rank stands in the run.
struct ClientPlace {
    std::uint32_t rank = 0;
    std::uint32_t ranks = 1;
    std::uint32_t islands = 1;
    bool deterministic = false;
    std::uint64_t seed = 0;
};

/// The client of a rank: asks the endpoints within this rank's share of concurrency, rates and budget (less what its
/// islands spent in `earlier` calls), or answers from the trace. Reads keys, and takes them out of the environment.
std::unique_ptr<llm::Client> make_model_client(const ModelJob& model, const ClientPlace& place,
                                               const std::vector<LlmCallRecord>& earlier);

}  // namespace atl::app
