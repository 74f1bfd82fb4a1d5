// SPDX-License-Identifier: Apache-2.0
// The sandbox's layers as `evaluate` and `doctor` print them.
#pragma once

#include "atoll/core/json.hpp"
#include "atoll/sandbox/layers.hpp"

namespace atl::app {

/// Rows of name, state and reason, in the order of the layers.
Json layers_json(const sandbox::LayerReports& layers);

}  // namespace atl::app
