// SPDX-License-Identifier: Apache-2.0
// Where a run comes from: program, machine, job and files, as one JSON object kept in every journal segment.
#pragma once

#include <string>

#include "atoll/app/job.hpp"
#include "atoll/core/json.hpp"

namespace atl::app {

struct ProvenanceFacts {
    int ranks = 1;
    std::string hosts;         ///< comma separated
    std::string command_line;  ///< as the user gave it
    std::string mpi;           ///< library and version
};

/// What holds for every verb: program and version, commit, compiler, MPI, hosts, ranks, date, command line, Slurm job.
Json program_provenance(const ProvenanceFacts& facts);

/// Members become attributes of /run: program and version, commit, compiler, MPI, hosts, Slurm job, problem, direction,
/// seed, islands, ranks, date, SHA-256 of the resolved job. Nothing of the environment but SLURM_JOB_ID and its kin.
Json provenance(const Job& job, const ProvenanceFacts& facts);

}  // namespace atl::app
