// SPDX-License-Identifier: Apache-2.0
// A search for pipelines over several types of GPU, as the verb `plan` does it with the key `pools`.
#pragma once

#include <filesystem>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "atoll/core/json.hpp"
#include "atoll/core/options.hpp"
#include "atoll/plan/interruption.hpp"
#include "atoll/plan/mixed.hpp"
#include "atoll/plan/prices.hpp"
#include "operator_shelf.hpp"
#include "plan_peers.hpp"
#include "plan_search.hpp"

namespace atl::app {

struct MixedJob {
    explicit MixedJob(ResolvedOptions given) : options(std::move(given)) {}

    ResolvedOptions options;
    plan::Transformer model;
    plan::Workload workload;
    OperatorShelf operators;           ///< behind the pools
    std::vector<plan::GpuPool> pools;  ///< those of more than 0 GPUs
    plan::MixedOptions search;
    std::optional<plan::Prices> prices;  ///< then the front of speed and money is searched, too
    double tokens = 0;                   ///< of the whole run
    double budget_dollars = 0;
    double deadline_hours = 0;
    plan::Interruptions interruptions;

    /// Types in one pipeline at most: all of two or three, two of more.
    std::uint32_t most_types() const { return pools.size() <= 3 ? 3 : 2; }
    /// Iterations of the whole run.
    double iterations() const { return tokens / (static_cast<double>(workload.global_batch) * workload.sequence); }
};

/// Throws InputError for pools that are not "TYPE:COUNT,TYPE:COUNT", an unknown type, no GPUs at all.
MixedJob make_mixed_job(ResolvedOptions options);

struct MixedFindings {
    plan::MixedResult free;                ///< layers split freely
    plan::MixedResult even;                ///< evenly inside a type: Astra's own space
    std::vector<plan::MixedResult> alone;  ///< of each pool by itself
    plan::MixedResult front;               ///< of speed and money, with prices
    /// The best plan of each pool's GPUs, all of them, in the space that the job names (`astra`: with interleaving and
    /// context parallelism, which mixed pipelines do not have); nothing where none fits.
    std::vector<std::optional<KeptPlan>> one_type;
    std::vector<std::uint64_t> split_by_rank;  ///< pipelines of `free` that each rank split
    double seconds = 0;                        ///< of all searches
};
/// `peers`: the ranks to share it with, or null. Only rank 0 has findings of use. Throws InputError when no pipeline
/// fits.
MixedFindings search_mixed(const MixedJob& job, PlanPeers* peers);

/// A plan to choose, mixed or of one type.
struct Offer {
    double seconds = 0;  ///< of an iteration
    double dollars = 0;
    std::string gpus;  ///< "32 H100-SXM-80 + 16 A100-SXM-80"
    std::uint32_t gpu_count = 0;
    std::string plan;
    const plan::MixedPlan* mixed = nullptr;  ///< null: of one type
};
/// What no other plan beats in both, fastest first; the mixed front and the plans of one type. Needs prices: those of
/// `pools`, the job's or the like.
std::vector<Offer> offers(const MixedJob& job, const MixedFindings& findings, const std::vector<plan::GpuPool>& pools);
/// A whole run by it; zeros without tokens.
struct OfferedRun {
    double hours = 0;  ///< expected
    double dollars = 0;
    double p90_hours = 0;
    double p90_dollars = 0;
    double interruptions = 0;
    double checkpoint_minutes = 0;  ///< of work between two of them; 0: no interruptions
};
OfferedRun run_of(const MixedJob& job, const Offer& offer);
/// By expected dollars and hours: the fastest within the budget, the cheapest within the deadline; null where none is.
const Offer* fastest_within(const MixedJob& job, const std::vector<Offer>& offers);
const Offer* cheapest_within(const MixedJob& job, const std::vector<Offer>& offers);

std::string gpus_of(const MixedJob& job, const plan::MixedPlan& plan);

/// How far one number may move, as a factor, before the answer is another plan; searched to within 2 %.
struct Sensitivity {
    std::string what;                ///< "price of A100-SXM-80", "fabric of H100-SXM-80"
    std::optional<double> down, up;  ///< below and above 1; nothing: not between 1/4 and 4
};
/// Prices move the offer that the job asks for (within its budget, else its deadline, else the cheapest); fabrics move
/// the fastest mixed plan. Searches anew for every step, on this rank alone.
std::vector<Sensitivity> sensitivity(const MixedJob& job, const MixedFindings& findings);
void print_sensitivity(const MixedJob& job, const std::vector<Sensitivity>& found, std::ostream& out);

/// Rows of /plans and /plan_counts.
std::vector<PlanRecord> mixed_records(const MixedJob& job, const MixedFindings& findings);
std::vector<PlanCountRecord> mixed_count_records(const MixedFindings& findings);
/// memory.svg and timeline.svg of the fastest mixed plan and, with prices, money.svg.
void draw_mixed(const MixedJob& job, const MixedFindings& findings, const std::filesystem::path& folder);

void print_mixed_stages(const MixedJob& job, const MixedFindings& findings, std::ostream& out);
void print_mixed(const MixedJob& job, const MixedFindings& findings, std::ostream& out);
/// `moves` may be empty: they are left out then.
Json mixed_json(const MixedJob& job, const MixedFindings& findings, const std::vector<Sensitivity>& moves);

}  // namespace atl::app
