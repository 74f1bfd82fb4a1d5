// SPDX-License-Identifier: Apache-2.0
// The verbs `evolve` and `resume`: a search on all ranks, from start-up to the last line.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "atoll/core/error.hpp"
#include "atoll/core/options.hpp"

namespace atl::app {

struct SearchRequest {
    std::filesystem::path job_file;  ///< evolve: the job; resume: empty
    std::filesystem::path run;       ///< evolve: --out, empty for runs/<problem>-<UTC>-<n>; resume: RUN
    std::optional<std::filesystem::path> seed_candidate;
    FlagValues flags;
    std::string command_line;
    bool json = false;   ///< the outcome as JSON on standard output instead of text
    bool quiet = false;  ///< no progress line
};

/// Both start MPI and must be called on every rank. The code is the same on all of them.
ExitCode evolve(const SearchRequest& request);
ExitCode resume(const SearchRequest& request);

}  // namespace atl::app
