// SPDX-License-Identifier: Apache-2.0
// From llm.* to a client.
#include "atoll/app/model_job.hpp"

#include <algorithm>
#include <system_error>
#include <utility>

#include "atoll/core/error.hpp"
#include "atoll/core/file.hpp"
#include "atoll/journal/reader.hpp"
#include "atoll/llm/trace.hpp"

namespace atl::app {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t largest_price_file_bytes = 1U << 20;
constexpr std::uint64_t largest_trace_bytes = std::uint64_t{16} << 30;

std::uint64_t count(const ResolvedOptions& options, const std::string& key) {
    return static_cast<std::uint64_t>(options.integer(key));
}

/// The path that an option names, or an empty one. What is given on the command line begins where that was typed.
fs::path path_of(const ResolvedOptions& options, const std::string& key, const fs::path& folder) {
    const std::string& name = options.text(key);
    if (name.empty()) return {};
    const std::string& source = options.source(key);
    fs::path path = source.starts_with("--") || source.starts_with("ATOLL_") ? fs::path(name) : folder / name;
    std::error_code error;
    if (!fs::exists(path, error)) {
        throw InputError(options.source(key) + ": '" + key + "' names " + path.string() + ", which does not exist");
    }
    return path;
}

llm::Reuse reuse_of(const ResolvedOptions& options) {
    const std::string& word = options.text("llm.reuse_replies");
    const bool is_fixed = options.real("llm.temperature") == 0 || options.integer("llm.seed") >= 0;
    if (word == "never" || (word == "auto" && !is_fixed)) return llm::Reuse::never;
    return options.boolean("deterministic") ? llm::Reuse::within_island : llm::Reuse::always;
}

void check_prices(const ResolvedOptions& options, const ModelJob& model) {
    if (model.pool.budget_usd <= 0) return;
    for (const std::string& name : model.models) {
        if (model.pool.prices.contains(name)) continue;
        throw InputError(options.source("llm.budget_usd") + ": 'llm.budget_usd' needs the price of model '" + name +
                         "'; name a file that has it by 'llm.prices'");
    }
}

std::vector<LlmCallRecord> read_trace(const fs::path& path) {
    if (!fs::is_directory(path)) {
        return llm::parse_trace(read_text_file(path, largest_trace_bytes), path.string());
    }
    std::vector<LlmCallRecord> calls = journal::read_run(path).llm_calls;
    std::erase_if(calls, [](const LlmCallRecord& call) { return !llm::belongs_into_trace(call); });
    return calls;
}

/// Part `index` of `count` parts that differ by one at most.
std::size_t share_of(std::size_t whole, std::uint32_t index, std::uint32_t count) {
    return whole / count + (index < whole % count ? 1 : 0);
}

}  // namespace

std::optional<ModelJob> read_model_job(const ResolvedOptions& options, const fs::path& folder) {
    const std::vector<std::string>& endpoints = options.texts("llm.endpoints");
    if (endpoints.empty()) {
        if (!options.text("llm.replay").empty()) {
            throw InputError(options.source("llm.replay") +
                             ": 'llm.replay' needs 'llm.endpoints' as they were when the trace was recorded: a model's "
                             "name is part of each request");
        }
        return std::nullopt;
    }
    ModelJob model;
    llm::PoolOptions& pool = model.pool;
    for (const std::string& text : endpoints) {
        try {
            pool.endpoints.push_back(llm::parse_endpoint(text));
        } catch (const InputError& error) {
            throw InputError(options.source("llm.endpoints") + ": 'llm.endpoints': " + error.what());
        }
    }
    model.models = llm::models_of(pool.endpoints);
    model.weights.resize(model.models.size());
    for (const llm::Endpoint& endpoint : pool.endpoints) {
        const auto at = std::find(model.models.begin(), model.models.end(), endpoint.model) - model.models.begin();
        model.weights[static_cast<std::size_t>(at)] += endpoint.weight;
    }
    pool.call.temperature = options.real("llm.temperature");
    if (options.integer("llm.seed") >= 0) pool.call.seed = options.integer("llm.seed");
    pool.call.max_tokens = static_cast<std::uint32_t>(options.integer("llm.max_tokens"));
    pool.call.stream = options.boolean("llm.stream");
    pool.connect_seconds = options.real("llm.connect_seconds");
    pool.first_byte_seconds = options.real("llm.first_byte_seconds");
    pool.total_seconds = options.real("llm.total_seconds");
    pool.attempts = static_cast<std::uint32_t>(options.integer("llm.attempts"));
    if (!options.boolean("deterministic")) pool.hedge_after_seconds = options.real("llm.hedge_seconds");
    pool.reuse = reuse_of(options);
    pool.budget_tokens = count(options, "llm.budget_tokens");
    pool.budget_usd = options.real("llm.budget_usd");
    model.prices = path_of(options, "llm.prices", folder);
    if (!model.prices.empty()) {
        pool.prices = llm::parse_prices(read_text_file(model.prices, largest_price_file_bytes), model.prices.string());
    }
    check_prices(options, model);
    model.replay = path_of(options, "llm.replay", folder);
    model.prompts.prompt_bytes = count(options, "llm.prompt_bytes");
    model.prompts.folder = path_of(options, "llm.prompts", folder);
    model.prompts.instructions = options.text("llm.instructions");
    return model;
}

void take_model_keys(const ResolvedOptions& options) {
    std::vector<llm::Endpoint> endpoints;
    for (const std::string& text : options.texts("llm.endpoints")) endpoints.push_back(llm::parse_endpoint(text));
    llm::take_key_variables(endpoints);
}

void check_model_job(const ModelJob& model) {
    if (!model.replay.empty()) {
        (void)read_trace(model.replay);
        return;
    }
    for (const llm::Endpoint& endpoint : model.pool.endpoints) (void)llm::key_of(endpoint);
}

ResolvedOptions keep_model_files(const ResolvedOptions& options, const ModelJob& model, const RunDirectory& run) {
    auto entries = options.entries();
    const auto keep = [&](const std::string& key, const fs::path& path, const std::string& copy, const auto& write) {
        const fs::path target = run.root / copy;
        std::error_code error;
        if (path.empty() || fs::equivalent(path, target, error)) return;
        fs::create_directories(target.parent_path(), error);
        if (error) throw InfrastructureError("can not make " + target.parent_path().string() + ": " + error.message());
        write(target);
        entries.at(key).value = copy;
        entries.at(key).source = "kept with the run";
    };
    keep("llm.prices", model.prices, "llm/prices.csv", [&](const fs::path& target) {
        write_file_atomically(target, read_text_file(model.prices, largest_price_file_bytes));
    });
    keep("llm.replay", model.replay, "llm/trace.jsonl", [&](const fs::path& target) {
        std::string lines;
        for (const LlmCallRecord& call : read_trace(model.replay)) lines += llm::trace_line(call);
        write_file_atomically(target, lines);
    });
    keep("llm.prompts", model.prompts.folder, "llm/prompts", [&](const fs::path& target) {
        std::error_code error;
        fs::remove_all(target, error);
        fs::copy(model.prompts.folder, target, fs::copy_options::recursive, error);
        if (error) throw InfrastructureError("can not copy " + model.prompts.folder.string() + ": " + error.message());
    });
    return ResolvedOptions(std::move(entries));
}

std::unique_ptr<llm::Client> make_model_client(const ModelJob& model, const ClientPlace& place,
                                               const std::vector<LlmCallRecord>& earlier) {
    const auto is_here = [&place](const LlmCallRecord& call) { return call.key.island % place.ranks == place.rank; };
    if (!model.replay.empty()) {
        std::vector<LlmCallRecord> trace = read_trace(model.replay);
        std::erase_if(trace, [&](const LlmCallRecord& call) { return !is_here(call); });
        return std::make_unique<llm::TracePlayer>(model.pool.call, model.models, trace);
    }
    llm::PoolOptions options = model.pool;
    options.seed = place.seed;
    llm::read_keys(options.endpoints);
    for (llm::Endpoint& endpoint : options.endpoints) {
        endpoint.concurrency = std::max<std::size_t>(1, share_of(endpoint.concurrency, place.rank, place.ranks));
        endpoint.requests_per_minute /= place.ranks;
        endpoint.tokens_per_minute /= place.ranks;
    }
    // Each island has its share of the budget; the islands of a rank put theirs together, unless the same must come of
    // it on any number of ranks.
    options.has_token_budget = options.budget_tokens > 0;
    options.has_usd_budget = options.budget_usd > 0;
    if (place.deterministic) {
        options.budget_islands = place.islands;
    } else {
        options.budget_tokens = 0;
        std::uint32_t here = 0;
        for (std::uint32_t island = place.rank; island < place.islands; island += place.ranks) {
            options.budget_tokens += share_of(model.pool.budget_tokens, island, place.islands);
            ++here;
        }
        options.budget_usd *= static_cast<double>(here) / place.islands;
    }
    for (const LlmCallRecord& call : earlier) {
        if (!is_here(call)) continue;
        options.spent.push_back(
            {call.key.island, call.prompt_tokens + call.completion_tokens + call.reserved_tokens, call.usd});
    }
    return std::make_unique<llm::EndpointPool>(std::move(options));
}

}  // namespace atl::app
