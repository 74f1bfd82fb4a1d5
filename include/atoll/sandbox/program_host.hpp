// SPDX-License-Identifier: Apache-2.0
// What a job's foreign code runs on: the warden, started when it is first needed.
#pragma once

#include <memory>
#include <mutex>

#include "atoll/sandbox/warden.hpp"

namespace atl::sandbox {

/// Thread-safe. Making one starts nothing: a job can be read and shown without.
class ProgramHost {
public:
    explicit ProgramHost(WardenOptions options);
    ~ProgramHost();
    ProgramHost(const ProgramHost&) = delete;
    ProgramHost& operator=(const ProgramHost&) = delete;

    const WardenOptions& options() const { return options_; }

    /// Starts the warden unless it runs. Throws what Warden's constructor throws, and InfrastructureError when Python
    /// is wanted and has not come up.
    void start();
    /// The warden; started when need be.
    Warden& warden();

private:
    std::mutex mutex_;
    WardenOptions options_;
    std::unique_ptr<Warden> warden_;
};

}  // namespace atl::sandbox
