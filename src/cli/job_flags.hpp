// SPDX-License-Identifier: Apache-2.0
// Every option of a table as a flag of a verb.
#pragma once

#include <memory>

#include "atoll/core/options.hpp"
#include "command.hpp"

namespace atl::cli {

/// The title under which --help lists them.
inline constexpr const char* job_options_group = "Job options (also keys of the job file and ATOLL_* variables)";

/// Adds a flag for each row of the table; what the user gave lies in the returned list after parsing.
std::shared_ptr<FlagValues> add_option_flags(Command& verb, const OptionTable& table);
/// Of the table of evolve jobs: adds --limits-seconds and its kin.
std::shared_ptr<FlagValues> add_job_flags(Command& verb);

}  // namespace atl::cli
