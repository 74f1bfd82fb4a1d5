// SPDX-License-Identifier: Apache-2.0
// What a job's foreign code runs on: the warden and the compiler, each started when it is first needed.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "atoll/sandbox/compiler.hpp"
#include "atoll/sandbox/warden.hpp"

namespace atl::sandbox {

/// Thread-safe. Making one starts nothing: a job can be read and shown without.
class ProgramHost {
public:
    /// `compiler`: its driver is left open, see compiler().
    ProgramHost(WardenOptions warden, CompilerOptions compiler);
    ~ProgramHost();
    ProgramHost(const ProgramHost&) = delete;
    ProgramHost& operator=(const ProgramHost&) = delete;

    const WardenOptions& warden_options() const { return warden_options_; }

    /// Starts the warden unless it runs. Throws what Warden's constructor throws, and InfrastructureError when Python
    /// is wanted and has not come up.
    void start();
    /// The warden; started when need be.
    Warden& warden();
    /// A compiler of programs that this driver calls: one for each driver. Throws what Compiler's constructor throws.
    std::shared_ptr<Compiler> compiler(const std::string& driver);

private:
    const std::shared_ptr<Warden>& started_warden();

    std::mutex mutex_;
    WardenOptions warden_options_;
    CompilerOptions compiler_options_;
    std::shared_ptr<Warden> warden_;
    std::map<std::string, std::shared_ptr<Compiler>> compilers_;
};

}  // namespace atl::sandbox
