// SPDX-License-Identifier: Apache-2.0
// Measured collectives of one GPU inside a scale-up domain: time by bytes, log-log.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string_view>

#include "atoll/plan/operator_times.hpp"
#include "plan/cost/curve.hpp"

namespace atl::plan {

constexpr std::array<std::string_view, 4> collective_names{"all_reduce", "all_gather", "reduce_scatter", "alltoall"};

class CollectiveTable {
public:
    /// Of the rows of `gpu`; throws InputError with place, and when one of the collectives has no row.
    CollectiveTable(std::string_view csv, std::string_view gpu);
    /// Of the number of GPUs that was measured next above, by what a ring moves; 0 for one GPU or no bytes.
    double seconds(Collective collective, std::uint32_t gpus, double bytes) const;

private:
    std::array<std::map<double, Curve>, collective_names.size()> curves_;  ///< by GPUs; over log2 of bytes
};

}  // namespace atl::plan
