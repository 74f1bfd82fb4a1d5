// SPDX-License-Identifier: Apache-2.0
// A plan search kept in a run directory: job, journal, archive.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "atoll/core/options.hpp"
#include "atoll/core/record.hpp"

namespace atl::app {

struct PlanRun {
    ResolvedOptions job;
    std::vector<PlanRecord> plans;
    std::vector<PlanCountRecord> counts;
    std::string command_line;
    int ranks = 1;
    double seconds = 0;  ///< of the search
};

/// Makes RUN with job.toml, one journal segment, archive.h5 and outcome.json. Throws BusyError when RUN holds a run.
void keep_plan_run(const std::filesystem::path& root, const PlanRun& found);

}  // namespace atl::app
