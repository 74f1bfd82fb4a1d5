// SPDX-License-Identifier: Apache-2.0
// The memory model's constants as TOML.
#include "atoll/plan/memory_parameters.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <variant>

#include "atoll/core/error.hpp"
#include "atoll/core/nearest.hpp"
#include "atoll/core/toml.hpp"

namespace atl::plan {

std::string_view memory_parameters_file();

namespace {

constexpr std::string_view group_prefix = "group.";

double number(const toml_text::Entry& entry) {
    if (const auto* real = std::get_if<double>(&entry.value)) return *real;
    if (const auto* whole = std::get_if<std::int64_t>(&entry.value)) return static_cast<double>(*whole);
    return 0;
}

}  // namespace

const std::vector<MemoryConstant>& memory_constants() {
    using M = MemoryParameters;
    static const std::vector<MemoryConstant> all{{"activation_factor", &M::activation_factor},
                                                 {"weight_bytes", &M::weight_bytes},
                                                 {"gradient_bytes", &M::gradient_bytes},
                                                 {"optimizer_bytes", &M::optimizer_bytes},
                                                 {"runtime_gib", &M::runtime_gib},
                                                 {"communicator_gib", &M::communicator_gib},
                                                 {"fragmentation", &M::fragmentation},
                                                 {"log_error", &M::log_error}};
    return all;
}

MemoryParameters MemoryGroups::of(std::string_view group) const {
    const auto found = groups.find(group);
    return found == groups.end() ? MemoryParameters{} : found->second;
}

MemoryGroups parse_memory_parameters(std::string_view toml, std::string_view file_name) {
    MemoryGroups all;
    for (const toml_text::Entry& entry : toml_text::parse(toml, file_name)) {
        if (std::holds_alternative<toml_text::TableOpening>(entry.value)) continue;
        const auto refuse = [&](const std::string& why) {
            throw InputError(fmt::format("{}:{}:{}: {}", file_name, entry.line, entry.column, why));
        };
        const std::size_t dot = entry.key.rfind('.');
        if (entry.key.compare(0, group_prefix.size(), group_prefix) != 0 || dot < group_prefix.size()) {
            refuse(fmt::format("'{}' is outside of a [group.\"NAME\"]", entry.key));
        }
        const std::string name = entry.key.substr(dot + 1);
        const auto& constants = memory_constants();
        const auto found = std::find_if(constants.begin(), constants.end(),
                                        [&](const MemoryConstant& constant) { return name == constant.name; });
        if (found == constants.end()) {
            std::vector<std::string> names;
            names.reserve(constants.size());
            for (const MemoryConstant& constant : constants) names.emplace_back(constant.name);
            refuse(fmt::format("unknown key '{}'{}", name, did_you_mean(name, names)));
        }
        const double value = number(entry);
        if (!(value > 0) || value > 1e6) refuse(fmt::format("'{}' must be a number above 0", name));
        all.groups[entry.key.substr(group_prefix.size(), dot - group_prefix.size())].*found->field = value;
    }
    return all;
}

std::string to_toml(const MemoryGroups& groups) {
    std::string text;
    for (const auto& [name, parameters] : groups.groups) {
        text += fmt::format("\n[group.\"{}\"]\n", name);
        for (const MemoryConstant& constant : memory_constants()) {
            text += fmt::format("{} = {:.4g}\n", constant.name, parameters.*constant.field);
        }
    }
    return text;
}

MemoryGroups shipped_memory_parameters() {
    return parse_memory_parameters(memory_parameters_file(), "models/memory_parameters.toml");
}

}  // namespace atl::plan
