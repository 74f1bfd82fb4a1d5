// SPDX-License-Identifier: Apache-2.0
// The system calls that each profile allows, as filters for the kernel.
#pragma once

#include "sandbox/cell/cell.hpp"

namespace atl::sandbox {

/// Throws InfrastructureError when libseccomp can not make it.
void make_filter(cell::FilterKind kind, cell::Filter& filter);

}  // namespace atl::sandbox
