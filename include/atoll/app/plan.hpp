// SPDX-License-Identifier: Apache-2.0
// The verb `plan`: searches training plans.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "atoll/core/error.hpp"
#include "atoll/core/options.hpp"

namespace atl::app {

/// Every key of a plan job, one table for job files, ATOLL_* variables, flags and --help.
const OptionTable& plan_options();

struct PlanRequest {
    std::optional<std::filesystem::path> job_file;
    FlagValues flags;
    std::optional<std::filesystem::path> run;  ///< what was found goes there
    std::string command_line;
    bool json = false;
    bool show_config = false;
};
/// Searches on all ranks it was started on, and prints on rank 0. Throws InputError for a model, GPU, space or rule
/// that is wrong, and for a space that the filters leave nothing of, naming the filter.
ExitCode plan(const PlanRequest& request);

}  // namespace atl::app
