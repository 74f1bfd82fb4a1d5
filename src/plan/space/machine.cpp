// SPDX-License-Identifier: Apache-2.0
// GPUs and clusters: files, spellings, usual nodes.
#include "atoll/plan/machine.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "atoll/core/error.hpp"
#include "atoll/core/nearest.hpp"
#include "atoll/core/toml.hpp"
#include "plan/space/model_file.hpp"

namespace atl::plan {

namespace {

struct Quantity {
    const char* key;
    double Gpu::*field;
    bool required;
};

constexpr std::array quantities{
    Quantity{"bf16_tflops", &Gpu::bf16_tflops, true},
    Quantity{"fp8_tflops", &Gpu::fp8_tflops, false},
    Quantity{"fp4_tflops", &Gpu::fp4_tflops, false},
    Quantity{"memory_gib", &Gpu::memory_gib, true},
    Quantity{"memory_gb_per_second", &Gpu::memory_gb_per_second, true},
    Quantity{"scale_up_gb_per_second", &Gpu::scale_up_gb_per_second, true},
    Quantity{"pcie_gb_per_second", &Gpu::pcie_gb_per_second, true},
    Quantity{"inter_node_gb_per_second", &Gpu::inter_node_gb_per_second, true},
};

OptionTable keys() {
    std::vector<Option> rows{model_key(OptionType::text, "name"), model_key(OptionType::text, "operators"),
                             model_key(OptionType::boolean, "operators_are_its_own", "false"),
                             model_key(OptionType::integer, "scale_up_gpus", "", 1e6),
                             model_key(OptionType::text, "source", "\"\"")};
    for (const Quantity& quantity : quantities)
        rows.push_back(model_key(OptionType::real, quantity.key, quantity.required ? "" : "0.0", 1e9));
    return OptionTable(std::move(rows));
}

}  // namespace

Gpu parse_gpu(std::string_view toml, std::string_view file_name) {
    static const OptionTable table = keys();
    const ResolvedOptions options = read_model_file(table, toml, file_name);
    Gpu gpu;
    gpu.name = options.text("name");
    gpu.operators = options.text("operators");
    gpu.operators_are_its_own = options.boolean("operators_are_its_own");
    gpu.scale_up_gpus = static_cast<std::uint32_t>(options.integer("scale_up_gpus"));
    gpu.source = options.text("source");
    for (const Quantity& quantity : quantities) {
        gpu.*quantity.field = options.real(quantity.key);
        if (quantity.required && gpu.*quantity.field <= 0) {
            throw InputError(fmt::format("{}: '{}' must be above 0", options.source(quantity.key), quantity.key));
        }
    }
    if (gpu.scale_up_gpus == 0) throw InputError(fmt::format("{}: 'scale_up_gpus' must be at least 1", file_name));
    return gpu;
}

NodeType parse_node_type(std::string_view toml, std::string_view file_name) {
    static const OptionTable table({model_key(OptionType::text, "name"), model_key(OptionType::text, "gpu"),
                                    model_key(OptionType::integer, "gpus_per_node", "", 1e6),
                                    model_key(OptionType::real, "inter_node_gb_per_second", "", 1e6),
                                    model_key(OptionType::text, "source", "\"\"")});
    const ResolvedOptions options = read_model_file(table, toml, file_name);
    NodeType type{.name = options.text("name"),
                  .gpu = options.text("gpu"),
                  .gpus_per_node = static_cast<std::uint32_t>(options.integer("gpus_per_node")),
                  .inter_node_gb_per_second = options.real("inter_node_gb_per_second"),
                  .source = options.text("source")};
    if (type.gpus_per_node == 0) throw InputError(fmt::format("{}: 'gpus_per_node' must be at least 1", file_name));
    if (type.inter_node_gb_per_second <= 0) {
        throw InputError(fmt::format("{}: 'inter_node_gb_per_second' must be above 0", file_name));
    }
    return type;
}

GpuCatalogue::GpuCatalogue(std::vector<Gpu> gpus, std::string_view aliases_toml, std::string_view aliases_file_name)
    : gpus_(std::move(gpus)) {
    for (std::size_t i = 0; i < gpus_.size(); ++i) spellings_.emplace_back(folded_name(gpus_[i].name), i);
    for (const toml_text::Entry& entry : toml_text::parse(aliases_toml, aliases_file_name)) {
        const auto refuse = [&](const std::string& why) {
            throw InputError(fmt::format("{}:{}: {}", aliases_file_name, entry.line, why));
        };
        const auto gpu =
            std::find_if(gpus_.begin(), gpus_.end(), [&](const Gpu& one) { return one.name == entry.key; });
        if (gpu == gpus_.end()) refuse(fmt::format("no GPU is called '{}'", entry.key));
        const auto* spellings = std::get_if<std::vector<std::string>>(&entry.value);
        if (spellings == nullptr) refuse("must be a list of strings");
        for (const std::string& spelling : *spellings)
            spellings_.emplace_back(folded_name(spelling), static_cast<std::size_t>(gpu - gpus_.begin()));
    }
    std::sort(spellings_.begin(), spellings_.end());
    for (std::size_t i = 1; i < spellings_.size(); ++i) {
        if (spellings_[i].first == spellings_[i - 1].first && spellings_[i].second != spellings_[i - 1].second) {
            throw InputError(fmt::format("{}: '{}' means {} and {}", aliases_file_name, spellings_[i].first,
                                         gpus_[spellings_[i - 1].second].name, gpus_[spellings_[i].second].name));
        }
    }
}

const Gpu* GpuCatalogue::find_or_null(std::string_view spelling) const {
    const std::string wanted = folded_name(spelling);
    const auto found = std::lower_bound(spellings_.begin(), spellings_.end(), wanted,
                                        [](const auto& entry, const std::string& text) { return entry.first < text; });
    return found != spellings_.end() && found->first == wanted ? &gpus_[found->second] : nullptr;
}

const Gpu& GpuCatalogue::find(std::string_view spelling) const {
    if (const Gpu* gpu = find_or_null(spelling)) return *gpu;
    std::vector<std::string> names;
    for (const auto& [name, index] : spellings_) names.push_back(name);
    std::string hint;
    if (const auto near = nearest_name(folded_name(spelling), names)) {
        hint = fmt::format("; did you mean '{}'?", find_or_null(*near)->name);
    }
    throw InputError(fmt::format("no GPU is called '{}'{}", spelling, hint));
}

Cluster usual_cluster(const Gpu& gpu, std::uint32_t gpus) {
    constexpr std::uint32_t largest_node = 8;
    // a rack is one domain of NVLink, but its nodes are small: what counts is how far NVLink reaches
    const std::uint32_t per_node = gpu.scale_up_gpus > 1 ? gpu.scale_up_gpus : largest_node;
    if (gpus == 0) throw InputError("0 GPUs train nothing");
    if (gpus > per_node && gpus % per_node != 0) {
        throw InputError(fmt::format("{} {} are no whole number of nodes of {}; give a multiple, or 'gpus_per_node'",
                                     gpus, gpu.name, per_node));
    }
    return {.gpu = gpu,
            .gpus = gpus,
            .gpus_per_node = std::min(per_node, gpus),
            .inter_node_gb_per_second = gpu.inter_node_gb_per_second};
}

}  // namespace atl::plan
