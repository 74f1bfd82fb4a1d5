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
    warden_ = launch_ ? std::make_shared<Warden>(std::move(*launch_), warden_options_)
                      : std::make_shared<Warden>(warden_options_);
    launch_.reset();
    return warden_;
}

void ProgramHost::adopt(WardenLaunch&& launch) {
    const std::lock_guard lock(mutex_);
    launch_.emplace(std::move(launch));
}

void ProgramHost::leave_python_out() {
    const std::lock_guard lock(mutex_);
    warden_options_.python.clear();
}

void ProgramHost::start_python() {
    const std::lock_guard lock(mutex_);
    const Warden& warden = *started_warden();
    if (warden.python_error().empty()) return;
    throw InfrastructureError(warden.python_error() +
                              "; name another with 'python.interpreter', its files with 'sandbox.read_paths'");
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
