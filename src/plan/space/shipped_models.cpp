// SPDX-License-Identifier: Apache-2.0
// The transformers, GPUs and rules that come with the program, taken in from models/ at build time.
#include <fmt/format.h>

#include <span>

#include "atoll/core/embedded_file.hpp"
#include "atoll/core/error.hpp"
#include "atoll/core/nearest.hpp"
#include "atoll/plan/machine.hpp"
#include "atoll/plan/rules.hpp"
#include "atoll/plan/transformer.hpp"
#include "plan/space/model_file.hpp"

namespace atl::plan {

std::span<const EmbeddedFile> transformer_files();
std::span<const EmbeddedFile> gpu_files();
std::span<const EmbeddedFile> cluster_files();
std::string_view gpu_aliases();
std::string_view rules_file();

std::vector<Transformer> shipped_transformers() {
    std::vector<Transformer> models;
    for (const EmbeddedFile& file : transformer_files()) models.push_back(parse_transformer(file.text, file.name));
    return models;
}

Transformer find_transformer(std::string_view name) {
    std::vector<std::string> names;
    for (const EmbeddedFile& file : transformer_files()) {
        const std::size_t slash = file.name.rfind('/') + 1;
        names.emplace_back(file.name.substr(slash, file.name.rfind('.') - slash));
        if (folded_name(names.back()) == folded_name(name)) return parse_transformer(file.text, file.name);
    }
    throw InputError(fmt::format("no model '{}' comes with atoll{}; there are {}; or give the path of a file", name,
                                 did_you_mean(name, names), fmt::join(names, ", ")));
}

NodeType find_node_type(std::string_view name) {
    std::vector<std::string> names;
    for (const EmbeddedFile& file : cluster_files()) {
        NodeType type = parse_node_type(file.text, file.name);
        if (folded_name(type.name) == folded_name(name)) return type;
        names.push_back(type.name);
    }
    throw InputError(fmt::format("no cluster '{}' comes with atoll{}; there are {}; or give the path of a file", name,
                                 did_you_mean(name, names), fmt::join(names, ", ")));
}

const GpuCatalogue& shipped_gpus() {
    static const GpuCatalogue catalogue = [] {
        std::vector<Gpu> gpus;
        for (const EmbeddedFile& file : gpu_files()) gpus.push_back(parse_gpu(file.text, file.name));
        return GpuCatalogue(std::move(gpus), gpu_aliases(), "models/aliases.toml");
    }();
    return catalogue;
}

std::vector<RuleText> shipped_rules() { return parse_rules(rules_file(), "models/rules.toml"); }

}  // namespace atl::plan
