// SPDX-License-Identifier: Apache-2.0
// Tries every layer in a child process of its own, by doing what a cell will do.
#pragma once

#include "atoll/sandbox/layers.hpp"
#include "sandbox/cell/cell.hpp"

namespace atl::sandbox {

/// `disabled` layers are not tried. Fills what a cell needs to know into `config` (layers, identity, Landlock's
/// version, filters).
LayerReports probe_layers(const std::vector<std::string>& disabled, const std::vector<std::string>& read_paths,
                          cell::CellConfig& config);

}  // namespace atl::sandbox
