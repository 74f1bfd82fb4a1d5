// SPDX-License-Identifier: Apache-2.0
// Ranks as MPI processes: the session that owns MPI's life time, and the transport over it.
#pragma once

#include <memory>
#include <string>

#include "atoll/core/error.hpp"
#include "atoll/transport/transport.hpp"

namespace atl::transport {

/// Owns MPI from MPI_Init_thread(MPI_THREAD_FUNNELED) to MPI_Finalize. Invariant: MPI is usable while the session
/// lives, by the thread that made it, and MPI's errors are exceptions (InfrastructureError), not the end of the
/// process. The destructor finalises, which waits for the other ranks: a rank that fails alone must leave by abort().
class MpiSession {
public:
    /// Collective; helper processes are better forked before. Throws InfrastructureError when MPI offers less than
    /// MPI_THREAD_FUNNELED or was finalised before, and InputError when srun started several tasks that do not see
    /// each other (launch.hpp); every such task throws the same, so let one of them (SLURM_PROCID 0) print it.
    MpiSession();
    ~MpiSession();
    MpiSession(const MpiSession&) = delete;
    MpiSession& operator=(const MpiSession&) = delete;

    int rank() const;
    int size() const;
    /// Among the ranks that share this node's memory; found once at start-up.
    int local_rank() const;
    int local_size() const;

    /// A transport over a communicator of its own. Collective: every rank calls it equally often, at start-up.
    /// The session must outlive it. Destroying it hands queued messages over for at most two seconds.
    std::unique_ptr<Transport> transport();

    /// Ends all ranks with this exit code, now (MPI_Abort). For the outermost layer only.
    [[noreturn]] void abort(ExitCode code) noexcept;

private:
    class State;
    std::unique_ptr<State> state_;
};

/// The library and the standard, for instance "Open MPI v4.1.4 (MPI 3.1)". Needs no session.
std::string mpi_version();

/// The node's name as MPI sees it; needs a session.
std::string processor_name();

}  // namespace atl::transport
