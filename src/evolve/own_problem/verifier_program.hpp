// SPDX-License-Identifier: Apache-2.0
// How a verifier of either language is run.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "atoll/evolve/verifier.hpp"

namespace atl::evolve {

/// What a Python verifier is called in its scratch folder, and so in tracebacks.
inline constexpr std::string_view verifier_script_name = "verifier.py";

/// Thread-safe.
class VerifierProgram {
public:
    virtual ~VerifierProgram() = default;
    /// One run on encoded cases; all but the limits. Throws InputError when the verifier does not compile,
    /// InfrastructureError when it can not be tried.
    virtual sandbox::ExecutionRequest request(std::string cases) = 0;
    /// The findings in what the run left. Throws InputError when there are none.
    virtual std::string findings(std::string result) = 0;
};

/// Throws InputError unless the file's name ends in .py or .cpp.
std::unique_ptr<VerifierProgram> make_verifier_program(const OwnFile& file, std::shared_ptr<sandbox::ProgramHost> host);

}  // namespace atl::evolve
