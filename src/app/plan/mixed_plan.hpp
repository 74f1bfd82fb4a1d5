// SPDX-License-Identifier: Apache-2.0
// A search for pipelines over several types of GPU, as the verb `plan` does it with the key `pools`.
#pragma once

#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "atoll/core/json.hpp"
#include "atoll/core/options.hpp"
#include "atoll/plan/mixed.hpp"
#include "atoll/plan/prices.hpp"
#include "operator_shelf.hpp"

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
    double seconds = 0;                    ///< of all searches
};
/// Throws InputError when no pipeline fits.
MixedFindings search_mixed(const MixedJob& job);

/// Of the front: the fastest plan within the budget, the cheapest within the deadline; null where none is.
const plan::MixedPlan* fastest_within(const MixedJob& job, const plan::MixedResult& front);
const plan::MixedPlan* cheapest_within(const MixedJob& job, const plan::MixedResult& front);

void print_mixed(const MixedJob& job, const MixedFindings& findings, std::ostream& out);
Json mixed_json(const MixedJob& job, const MixedFindings& findings);

}  // namespace atl::app
