// SPDX-License-Identifier: Apache-2.0
// A request as a cell takes it: plain data of fixed size, and the files in memory.
#pragma once

#include <string>
#include <vector>

#include "atoll/sandbox/execution.hpp"
#include "sandbox/cell/cell.hpp"

namespace atl::sandbox {

/// A descriptor of a memory file with encode_bundle(files) in it. Throws InfrastructureError.
int bundle_of(const std::vector<ProgramFile>& files);

/// `scratch`: the folder as the candidate sees it. Throws InfrastructureError when something does not fit.
cell::CellRequest cell_request(const ExecutionRequest& request, const std::string& scratch);

}  // namespace atl::sandbox
