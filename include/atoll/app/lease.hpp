// SPDX-License-Identifier: Apache-2.0
// Who holds a run: one file per incarnation under RUN/lease, and the rules by which a later process takes over.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "atoll/app/run_directory.hpp"

namespace atl::app {

/// A process that holds or held a run, as RUN/lease/<incarnation> names it.
struct LeaseHolder {
    std::uint32_t incarnation = 0;
    std::string host;
    std::string boot_id;  ///< of the host's kernel; empty: unknown
    std::int64_t pid = 0;
    std::uint64_t pid_start_time = 0;  ///< clock ticks after boot: tells the process from a later one of the same id
    std::string slurm_cluster;
    std::string slurm_job_id;  ///< empty: not in a job
    std::uint32_t slurm_restart_count = 0;
    std::string since;  ///< UTC
};

/// This process, with incarnation 0.
LeaseHolder this_process();

/// What can be seen of the holder of a lease from where one asks.
struct LeaseSight {
    enum class Lock { free, held, unsupported };

    bool released = false;
    Lock lock = Lock::free;
    bool pid_exists = false;                                          ///< on the host that asks; zombies do not count
    std::uint64_t pid_start_time = 0;                                 ///< of that process; 0: not to be seen
    std::optional<double> seconds_since_sign_of_life = std::nullopt;  ///< by the clock of the file system
};

/// A holder on another host that was still for so long is taken for dead.
constexpr double lease_patience_seconds = 60;
/// How often the holder gives a sign of life.
constexpr double lease_heartbeat_seconds = 5;

/// True when `asker` may take the run over at once: the lease was released; it is the same Slurm job, restarted; the
/// holder's process is gone from this host, or its host was booted since; a holder elsewhere gave no sign of life for
/// lease_patience_seconds. While somebody locks the lease, only the first two count. Pure.
bool may_take_over(const LeaseHolder& holder, const LeaseHolder& asker, const LeaseSight& sight);

/// RUN/lease/<incarnation>; it exists from the moment on that this incarnation holds the run.
std::filesystem::path lease_file(const RunDirectory& run, std::uint32_t incarnation);

/// "incarnation 3, process 4711 on n12, Slurm job 99, since 2026-01-31T12:34:56Z", from a lease file.
std::string describe_lease(const std::filesystem::path& file);

/// True while a process holds the run; changes nothing.
bool is_held(const RunDirectory& run);

/// Throws the BusyError that Lease would throw.
void refuse_if_held(const RunDirectory& run);

/// Exclusive hold on a run directory while the object lives. When the process dies, the next one takes over.
/// Invariant: of all processes that ever claim an incarnation, one gets it.
class Lease {
public:
    /// Claims the next incarnation: one more than the last lease or segment. Throws BusyError naming the holder (host,
    /// process, Slurm job, since when) and what to do, InfrastructureError when RUN can not be written.
    explicit Lease(const RunDirectory& run);
    /// Releases it.
    ~Lease();
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;

    std::uint32_t incarnation() const { return incarnation_; }
    /// Another process took the run over: nothing in it is this process's business any more.
    bool is_lost() const;

private:
    void claim();
    bool try_to_claim(const LeaseHolder& holder);
    void give_signs_of_life();

    RunDirectory run_;
    std::uint32_t incarnation_ = 0;
    int descriptor_ = -1;  ///< of the lease file, locked
    std::mutex mutex_;
    std::condition_variable wake_;
    bool ending_ = false;
    std::thread heartbeat_;
};

}  // namespace atl::app
