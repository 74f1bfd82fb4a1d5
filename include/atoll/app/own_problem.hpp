// SPDX-License-Identifier: Apache-2.0
// A user's own problem as a job names it: its files read, kept with the run, and never where programs can read them.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "atoll/app/run_directory.hpp"
#include "atoll/core/options.hpp"
#include "atoll/evolve/own_problem.hpp"

namespace atl::app {

inline constexpr std::uint64_t own_files_max_bytes = std::uint64_t{64} << 20;

/// Throws InputError for a name that an own problem can not have: malformed, or one of atoll's.
void check_own_name(const std::string& name);

/// True when the job says what kind of problem it brings along.
bool has_own_problem(const ResolvedOptions& options);

/// Reads and checks all that own.* names; relative paths begin at `folder`. Throws InputError, with where the value
/// came from: unknown kinds, missing or superfluous keys, files that are missing, too large together, below a path
/// that programs may read, or other than own.sha256 says.
evolve::OwnProblem read_own_problem(const ResolvedOptions& options, const std::filesystem::path& folder);

/// Copies the files to RUN/problem and gives back the options that name the copies (relative to RUN) and their
/// SHA-256. Throws InputError when programs could read RUN/problem.
ResolvedOptions keep_own_problem(const ResolvedOptions& options, const evolve::OwnProblem& own,
                                 const RunDirectory& run);

}  // namespace atl::app
