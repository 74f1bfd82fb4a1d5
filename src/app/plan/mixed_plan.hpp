// SPDX-License-Identifier: Apache-2.0
// A search for pipelines over several types of GPU, as the verb `plan` does it with the key `pools`.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "atoll/core/json.hpp"
#include "atoll/core/options.hpp"
#include "atoll/plan/mixed.hpp"
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
};

/// Throws InputError for pools that are not "TYPE:COUNT,TYPE:COUNT", an unknown type, no GPUs at all.
MixedJob make_mixed_job(ResolvedOptions options);

struct MixedFindings {
    plan::MixedResult free;                ///< layers split freely
    plan::MixedResult even;                ///< evenly inside a type: Astra's own space
    std::vector<plan::MixedResult> alone;  ///< of each pool by itself
    double seconds = 0;                    ///< of all searches
};
/// Throws InputError when no pipeline fits.
MixedFindings search_mixed(const MixedJob& job);

void print_mixed(const MixedJob& job, const MixedFindings& findings, std::ostream& out);
Json mixed_json(const MixedJob& job, const MixedFindings& findings);

}  // namespace atl::app
