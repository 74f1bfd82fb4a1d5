// SPDX-License-Identifier: Apache-2.0
// What an hour of a GPU costs, where and when.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace atl::plan {

class GpuCatalogue;

/// A dated list of prices.
struct Prices {
    std::string name;
    std::string date;  ///< "2025-11-30": when they were read
    std::string kind;  ///< on-demand, spot
    std::string source;
    std::map<std::string, double> dollars_per_gpu_hour;  ///< by the catalogue's name of the GPU

    /// Nothing for a GPU that is not in the list.
    std::optional<double> of(const std::string& gpu) const;
};

/// TOML of data/prices; GPUs in any spelling that `gpus` knows. Throws InputError with place for an unknown GPU or key,
/// a price that is negative or no number, a missing date.
Prices parse_prices(std::string_view toml, std::string_view file_name, const GpuCatalogue& gpus);
/// One that comes with the program. Throws InputError naming the nearest.
Prices find_prices(std::string_view name);

}  // namespace atl::plan
