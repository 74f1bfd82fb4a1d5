// SPDX-License-Identifier: Apache-2.0
// One search for plans: what is asked, what came out.
#pragma once

#include <filesystem>
#include <functional>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "atoll/core/json.hpp"
#include "atoll/core/options.hpp"
#include "atoll/core/record.hpp"
#include "atoll/plan/cost_parameters.hpp"
#include "atoll/plan/cost_terms.hpp"
#include "atoll/plan/emit.hpp"
#include "atoll/plan/explain.hpp"
#include "atoll/plan/machine.hpp"
#include "atoll/plan/memory_model.hpp"
#include "atoll/plan/memory_parameters.hpp"
#include "atoll/plan/prices.hpp"
#include "atoll/plan/rules.hpp"
#include "atoll/plan/search.hpp"
#include "atoll/plan/space.hpp"
#include "atoll/plan/time_parameters.hpp"
#include "atoll/plan/transformer.hpp"

namespace atl::app {

/// A plan job as the search takes it.
struct PlanJob {
    explicit PlanJob(ResolvedOptions given) : options(std::move(given)) {}

    ResolvedOptions options;
    plan::Transformer model;
    plan::Cluster cluster;
    plan::Workload workload;
    plan::Space space;
    std::vector<plan::RuleText> rules;
    plan::CostParameters time_parameters;
    plan::MemoryParameters memory_parameters;
    double interval_half_width = 0;    ///< w of the 90 % interval [seconds / (1 + w), seconds * (1 + w)]
    double difference_half_width = 0;  ///< plans closer than by this factor less 1 count as equally good
    std::uint64_t runs_fitted = 0;     ///< measured runs behind the time model's constants
    std::size_t keep = 5;
    double out_of_memory_limit = 0.5;
    bool brute_force = false;
    std::optional<plan::EmitTarget> emit;  ///< `rules` hold what it cannot run
};

/// Reads the files that the options name. Throws InputError for what is wrong in them and for sizes that do not fit.
PlanJob make_plan_job(ResolvedOptions options);

/// The job's transformer, and the time and memory models' constants.
plan::Transformer plan_model_of(const ResolvedOptions& options);
struct PlanConstants {
    plan::TimeParameters parameters;
    plan::MemoryParameters memory;
};
PlanConstants plan_constants_of(const ResolvedOptions& options);
/// Of the option `prices`.
plan::Prices plan_prices_of(const ResolvedOptions& options);
/// Groups of constants for runs of a family (which may be empty) on a type of GPU.
std::vector<std::string> plan_groups(const std::string& family, const std::string& gpu);

/// One plan that was kept, with all that is printed of it.
struct KeptPlan {
    plan::Strategy strategy;
    plan::CostTerms terms;
    std::vector<plan::TimePart> parts;  ///< add up to `seconds`
    double seconds = 0;
    double tokens_per_second = 0;
    double peak_gib = 0;
    double out_of_memory_probability = 0;
};

struct PlanFindings {
    plan::SearchResult result;
    std::vector<KeptPlan> plans;
    std::vector<plan::StageMemory> stages;  ///< of the best plan
    plan::TiedPlans tied;                   ///< as good as the best one by the interval's width
    std::string operators;                  ///< where operator times come from
    double load_seconds = 0;                ///< of models and tables
    double search_seconds = 0;              ///< of this rank
    int ranks = 1;
};

/// Which part of a search is this rank's, and how it hears of the others' best.
struct PlanShare {
    std::uint32_t part = 0;
    std::uint32_t parts = 1;
    std::function<double(double)> exchange;
};

/// GB/s of one GPU between nodes: what the job gives, or else `usual`, of its adapter, shared where the nodes have
/// fewer rails than GPUs and divided by the oversubscription.
double plan_fabric_of(const ResolvedOptions& options, double usual, std::uint32_t gpus_per_node);

/// The models of one job, loaded once.
class PlanSearch {
public:
    explicit PlanSearch(const PlanJob& job);
    ~PlanSearch();
    PlanSearch(const PlanSearch&) = delete;
    PlanSearch& operator=(const PlanSearch&) = delete;

    plan::SearchResult search(const PlanShare& share);
    /// What is printed of the whole search's result.
    PlanFindings findings(plan::SearchResult result, int ranks);

private:
    struct Models;
    std::unique_ptr<Models> models_;
};

/// What more of one resource would buy, each by a whole search of this process alone.
std::vector<plan::ResourceGain> resource_gains(const PlanJob& job, const PlanFindings& findings);

/// Writes the best plan for its framework into the folder `emit_to`; returns the folder. Throws InputError when it
/// holds a plan already.
std::filesystem::path emit_best(const PlanJob& job, const PlanFindings& findings);
/// memory.svg and timeline.svg of the best plan.
void draw_best(const PlanJob& job, const PlanFindings& findings, const std::filesystem::path& folder);

/// Rows of /plans and /plan_counts.
std::vector<PlanRecord> plan_records(const PlanFindings& findings);
std::vector<PlanCountRecord> plan_count_records(const PlanFindings& findings);

/// What the verb prints.
void print_plans(const PlanJob& job, const PlanFindings& findings, std::ostream& out);
void print_stages(const PlanJob& job, const PlanFindings& findings, std::ostream& out);
void print_explanation(const PlanJob& job, const PlanFindings& findings, const std::vector<plan::ResourceGain>& gains,
                       std::ostream& out);
/// `gains` may be empty: they are left out then.
Json plans_json(const PlanJob& job, const PlanFindings& findings, const std::vector<plan::ResourceGain>& gains);

}  // namespace atl::app
