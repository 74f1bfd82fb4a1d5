// SPDX-License-Identifier: Apache-2.0
// A request as a cell takes it: plain data of fixed size.
#pragma once

#include <string>

#include "atoll/sandbox/execution.hpp"
#include "sandbox/cell/cell.hpp"

namespace atl::sandbox {

/// `scratch`: the folder as the candidate sees it. Throws InfrastructureError when something does not fit.
cell::CellRequest cell_request(const ExecutionRequest& request, const std::string& scratch);

}  // namespace atl::sandbox
