// SPDX-License-Identifier: Apache-2.0
// How ranks agree on a job before the loop: rank 0 parses and decides, all follow or all leave with the same code.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "atoll/core/error.hpp"
#include "atoll/journal/encoding.hpp"
#include "atoll/transport/transport.hpp"

namespace atl::app {

/// Thrown on every rank but 0 for an error that rank 0 prints.
class SilentError : public Error {
public:
    explicit SilentError(ExitCode code) : Error(code, "") {}
};

/// Thrown on rank 0, to be printed there before MPI ends, for an error that ends the start-up on all ranks.
class AgreedError : public Error {
public:
    explicit AgreedError(const Error& error) : Error(error) {}
};

/// What rank 0 tells every rank.
struct Assignment {
    std::string run_directory;  ///< absolute
    std::string job_toml;       ///< resolved
    std::uint32_t incarnation = 0;
    double base_elapsed_seconds = 0;
    std::optional<journal::FenceList> fences;  ///< around earlier incarnations' segments; empty for a new run
    std::string token;                         ///< content of RUN/token, which every rank must be able to read
    std::uint32_t workers = 1;                 ///< of the receiving rank
    std::string hosts;                         ///< of all ranks, comma separated, each once
    std::vector<std::string> rank_hosts;       ///< of each rank
};

/// Runs `prepare` on rank 0 and hands every rank its assignment; workers and hosts are filled in here.
/// An error of `prepare`, ranks of another build, or a run directory that a rank does not see ends the start-up on all
/// ranks with one exit code: thrown as AgreedError on rank 0 and as SilentError elsewhere.
Assignment agree_on_job(transport::Transport& transport, const std::function<Assignment()>& prepare);

/// Second half: every rank reports whether its own set-up worked (empty: yes); the first failure ends it on all ranks.
void agree_to_begin(transport::Transport& transport, const std::optional<Error>& failure);

}  // namespace atl::app
