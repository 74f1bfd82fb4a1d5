// SPDX-License-Identifier: Apache-2.0
// What a job's foreign code runs on: the warden and the compiler, each started when it is first needed.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
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

    /// Before the start: the warden's process, launched earlier.
    void adopt(WardenLaunch&& launch);
    /// Before the start: nothing will run in Python, so that none need be there.
    void leave_python_out();

    /// Starts the warden unless it runs. Throws what Warden's constructor throws.
    void start();
    /// The same, and throws InfrastructureError when the warm Python has not come up.
    void start_python();
    /// The warden; started when need be.
    Warden& warden();
    /// A compiler of programs that this driver calls: one for each driver. Throws what Compiler's constructor throws.
    std::shared_ptr<Compiler> compiler(const std::string& driver);

private:
    const std::shared_ptr<Warden>& started_warden();

    std::mutex mutex_;
    WardenOptions warden_options_;
    CompilerOptions compiler_options_;
    std::optional<WardenLaunch> launch_;
    std::shared_ptr<Warden> warden_;
    std::map<std::string, std::shared_ptr<Compiler>> compilers_;
};

}  // namespace atl::sandbox
