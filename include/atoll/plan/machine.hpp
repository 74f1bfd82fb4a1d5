// SPDX-License-Identifier: Apache-2.0
// GPUs and clusters: what a training plan runs on.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace atl::plan {

/// One type of GPU. GB/s are 10^9 bytes a second in one direction; peaks are dense.
struct Gpu {
    std::string name;       ///< "H100-SXM-80"
    std::string operators;  ///< the measured operator table that describes it best ("h100_sxm"), its own or a sibling's
    bool operators_are_its_own = false;
    double bf16_tflops = 0;
    double fp8_tflops = 0;  ///< 0: has no fp8
    double fp4_tflops = 0;
    double memory_gib = 0;
    double memory_gb_per_second = 0;
    double scale_up_gb_per_second = 0;  ///< NVLink, xGMI or PCIe between the GPUs of one domain, per GPU
    std::uint32_t scale_up_gpus = 8;    ///< GPUs in one such domain
    double pcie_gb_per_second = 0;
    double inter_node_gb_per_second = 0;  ///< per GPU, of the fabric these GPUs usually have (400 Gbit/s = 50)
    std::string source;
};

/// A number of equal GPUs in equal nodes.
struct Cluster {
    Gpu gpu;
    std::uint32_t gpus = 0;
    std::uint32_t gpus_per_node = 8;
    double inter_node_gb_per_second = 0;  ///< per GPU
};

/// Nodes that can be had in numbers: what a cluster is made of.
struct NodeType {
    std::string name;
    std::string gpu;  ///< any spelling
    std::uint32_t gpus_per_node = 8;
    double inter_node_gb_per_second = 0;  ///< per GPU
    std::string source;
};

/// Exact-key TOML of models/clusters. Throws InputError with place and the nearest key.
NodeType parse_node_type(std::string_view toml, std::string_view file_name);
/// One that comes with the program. Throws InputError naming the nearest.
NodeType find_node_type(std::string_view name);

Gpu parse_gpu(std::string_view toml, std::string_view file_name);

/// Every spelling of every GPU's name ("h100_sxm", "H100-SXM-80"), compared without case, '-', '_', '.' and blanks.
/// Invariant: one spelling means one GPU.
class GpuCatalogue {
public:
    /// `aliases`: TOML, `"A100-SXM-80" = ["A100-SXM", "a100_sxm"]`.
    GpuCatalogue(std::vector<Gpu> gpus, std::string_view aliases_toml, std::string_view aliases_file_name);
    /// Throws InputError naming the nearest spelling.
    const Gpu& find(std::string_view spelling) const;
    const Gpu* find_or_null(std::string_view spelling) const;
    const std::vector<Gpu>& gpus() const { return gpus_; }

private:
    std::vector<Gpu> gpus_;
    std::vector<std::pair<std::string, std::size_t>> spellings_;  ///< folded, sorted
};

/// Those that come with the program (models/gpus, models/aliases.toml).
const GpuCatalogue& shipped_gpus();

/// Nodes as large as the GPU's scale-up domain, 8 where there is none; its usual fabric.
/// Throws InputError when gpus is 0 or no whole number of nodes.
Cluster usual_cluster(const Gpu& gpu, std::uint32_t gpus);

}  // namespace atl::plan
