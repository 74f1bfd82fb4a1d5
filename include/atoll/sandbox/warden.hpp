// SPDX-License-Identifier: Apache-2.0
// The warden: a process of its own, with an empty environment, that runs foreign code in confined children.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include "atoll/sandbox/execution.hpp"
#include "atoll/sandbox/layers.hpp"

namespace atl::sandbox {

/// What a candidate may read when nothing else is said; those that are not there are left out.
std::vector<std::string> default_read_paths();

/// A warden's process that runs and knows nothing yet: for those who must start it before they know what for. One that
/// is not handed to a Warden ends with this object.
class WardenLaunch {
public:
    /// Starts "<program> warden" and waits for nothing. Throws InfrastructureError.
    explicit WardenLaunch(const std::filesystem::path& program = "/proc/self/exe");
    ~WardenLaunch();
    WardenLaunch(WardenLaunch&& other) noexcept;
    WardenLaunch& operator=(WardenLaunch&&) = delete;

private:
    friend class Warden;
    std::string program_;
    pid_t pid_ = -1;
    int socket_ = -1;
};

struct WardenOptions {
    std::filesystem::path program = "/proc/self/exe";  ///< for the constructor that launches
    /// The warm interpreter; empty: none. It warms up while the rank goes on, and the first Python program waits for
    /// it.
    std::string python = "/usr/bin/python3";
    std::vector<std::string> read_paths;       ///< beside default_read_paths(): files and folders, absolute
    std::vector<std::string> disabled_layers;  ///< for tests
    std::vector<std::string> required{"files", "system_calls"};
    bool accept_any_isolation = false;            ///< only to look at the layers: nothing is demanded of them
    std::filesystem::path scratch_root = "/tmp";  ///< used only where there is no mount namespace
};

/// Thread-safe. Many executions may be in flight; each ends by its deadline. When the object goes, or this process
/// dies, so do the warden and all it started. Start it, or at least launch it, before MPI_Init.
class Warden {
public:
    /// Throws InputError for a wrong name or path, InfrastructureError when the process can not be started or a
    /// required layer does not work here.
    explicit Warden(const WardenOptions& options);
    /// The same with a process launched earlier.
    Warden(WardenLaunch&& launch, const WardenOptions& options);
    ~Warden();
    Warden(const Warden&) = delete;
    Warden& operator=(const Warden&) = delete;

    const LayerReports& layers() const;
    /// Why there is no warm interpreter; empty when there is one, or none is wanted. Waits until it is warm.
    const std::string& python_error() const;

    /// Never throws for what the candidate does; throws InputError when the request itself is malformed.
    std::future<Execution> start(const ExecutionRequest& request);
    Execution run(const ExecutionRequest& request) { return start(request).get(); }

private:
    class Connection;
    std::unique_ptr<Connection> connection_;
};

/// The warden's own main, on the connection that lies in descriptor 3; returns its exit code.
int warden_main();

}  // namespace atl::sandbox
