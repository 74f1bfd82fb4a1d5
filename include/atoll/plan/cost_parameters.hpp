// SPDX-License-Identifier: Apache-2.0
// The fitted constants of the time model.
#pragma once

namespace atl::plan {

/// Few and physical; values, ranges and the rows they were fitted on stand in models/cost/time.toml.
struct CostParameters {
    double gemm = 1.0;  ///< factor on the operator table's matrix products
};

}  // namespace atl::plan
