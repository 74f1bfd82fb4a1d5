// SPDX-License-Identifier: Apache-2.0
// The constants of the memory model.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace atl::plan {

/// Few and physical; docs/cost-model.md says where their values come from.
struct MemoryParameters {
    double activation_factor = 1.0;  ///< on the bytes kept for the backward pass
    double weight_bytes = 2.0;       ///< of one weight, bf16
    double gradient_bytes = 4.0;     ///< fp32
    double optimizer_bytes = 12.0;   ///< fp32 master weight and Adam's two moments
    double runtime_gib = 1.5;        ///< CUDA context, cuBLAS
    double communicator_gib = 0.3;   ///< of one NCCL communicator (tensor, pipeline, data, context, expert)
    double fragmentation = 0.03;     ///< share of activations and workspace
    double log_error = 0.08;         ///< standard deviation of log(measured / predicted)
};

/// Constants by group of runs (memory_group of measured_table.hpp); a group that is not there has the defaults.
struct MemoryGroups {
    std::map<std::string, MemoryParameters, std::less<>> groups;
    MemoryParameters of(std::string_view group) const;
};

/// One constant by its name in files.
struct MemoryConstant {
    const char* name;
    double MemoryParameters::*field;
};
const std::vector<MemoryConstant>& memory_constants();

/// TOML, `[group."NAME"]`. Throws InputError with place for an unknown key or a number that is not positive.
MemoryGroups parse_memory_parameters(std::string_view toml, std::string_view file_name);
std::string to_toml(const MemoryGroups& groups);
/// Those that come with the program (models/memory_parameters.toml).
MemoryGroups shipped_memory_parameters();

}  // namespace atl::plan
