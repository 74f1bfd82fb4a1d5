// SPDX-License-Identifier: Apache-2.0
// Every option of the job table as a flag of a verb.
#pragma once

#include <memory>

#include "atoll/core/options.hpp"
#include "command.hpp"

namespace atl::cli {

/// Adds --limits-seconds and its kin; what the user gave lies in the returned list after parsing.
std::shared_ptr<FlagValues> add_job_flags(Command& verb);

}  // namespace atl::cli
