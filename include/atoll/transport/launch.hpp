// SPDX-License-Identifier: Apache-2.0
// How this process was started: finds the ranks that were meant to be one job and are not.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace atl::transport {

using Environment = std::map<std::string, std::string>;

/// A copy of this process's environment. Taken before MPI_Init, which adds variables of its own.
Environment current_environment();

/// False only when nothing in the environment says that a launcher started this process as one of several: then a verb
/// that can do without MPI saves its start-up.
bool may_have_peers(const Environment& environment);

// MpiSession calls both of these; they are pure, so that every launcher can be tested without it.

/// Throws InputError (with the remedy, `srun --mpi=pmix`) when MPI has one rank although srun started more than one
/// task in this step: each task would then run the whole job alone, on the same run directory.
/// One rank inside a larger allocation, started by hand or by mpirun, is fine.
void detect_singleton_mismatch(int mpi_size, const Environment& environment);

/// The same mistake seen before MPI_Init, because Open MPI built without Slurm's own PMI ends the process there:
/// throws when srun started several tasks and told none of them how to find the others. `mpi_library` is
/// mpi_version(); other libraries than Open MPI may know Slurm's older interface and are left to try.
void detect_missing_process_manager(std::string_view mpi_library, const Environment& environment);

}  // namespace atl::transport
