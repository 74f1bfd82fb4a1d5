// SPDX-License-Identifier: Apache-2.0
// Starting warden and compilers once.
#include "atoll/sandbox/program_host.hpp"

#include <utility>

#include "atoll/core/error.hpp"

namespace atl::sandbox {

ProgramHost::ProgramHost(WardenOptions warden, CompilerOptions compiler)
    : warden_options_(std::move(warden)), compiler_options_(std::move(compiler)) {}
ProgramHost::~ProgramHost() = default;

/// With mutex_ held.
const std::shared_ptr<Warden>& ProgramHost::started_warden() {
    if (warden_) return warden_;
    auto warden = std::make_shared<Warden>(warden_options_);
    if (!warden->python_error().empty()) {
        throw InfrastructureError(warden->python_error() +
                                  "; name another with 'python.interpreter', its files with 'sandbox.read_paths'");
    }
    warden_ = std::move(warden);
    return warden_;
}

void ProgramHost::start() {
    const std::lock_guard lock(mutex_);
    started_warden();
}

Warden& ProgramHost::warden() {
    const std::lock_guard lock(mutex_);
    return *started_warden();
}

std::shared_ptr<Compiler> ProgramHost::compiler(const std::string& driver) {
    const std::lock_guard lock(mutex_);
    std::shared_ptr<Compiler>& compiler = compilers_[driver];
    if (!compiler) {
        CompilerOptions options = compiler_options_;
        options.driver = driver;
        compiler = std::make_shared<Compiler>(started_warden(), options);
    }
    return compiler;
}

}  // namespace atl::sandbox
