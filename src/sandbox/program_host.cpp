// SPDX-License-Identifier: Apache-2.0
// Starting the warden once.
#include "atoll/sandbox/program_host.hpp"

#include <utility>

#include "atoll/core/error.hpp"

namespace atl::sandbox {

ProgramHost::ProgramHost(WardenOptions options) : options_(std::move(options)) {}
ProgramHost::~ProgramHost() = default;

void ProgramHost::start() {
    const std::lock_guard lock(mutex_);
    if (warden_) return;
    auto warden = std::make_unique<Warden>(options_);
    if (!warden->python_error().empty()) {
        throw InfrastructureError(warden->python_error() +
                                  "; name another with 'python.interpreter', its files with 'sandbox.read_paths'");
    }
    warden_ = std::move(warden);
}

Warden& ProgramHost::warden() {
    start();
    return *warden_;
}

}  // namespace atl::sandbox
