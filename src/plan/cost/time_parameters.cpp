// SPDX-License-Identifier: Apache-2.0
// Fitted constants: composition by group, reading and writing.
#include "atoll/plan/time_parameters.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <variant>

#include "atoll/core/error.hpp"
#include "atoll/core/nearest.hpp"
#include "atoll/core/toml.hpp"

namespace atl::plan {

std::string_view cost_parameters_file();

namespace {

constexpr std::string_view group_prefix = "group.";

[[noreturn]] void refuse(std::string_view file, const toml_text::Entry& entry, const std::string& why) {
    throw InputError(fmt::format("{}:{}:{}: {}", file, entry.line, entry.column, why));
}

double positive_number(std::string_view file, const toml_text::Entry& entry) {
    double value = 0;
    if (const auto* real = std::get_if<double>(&entry.value)) value = *real;
    if (const auto* whole = std::get_if<std::int64_t>(&entry.value)) value = static_cast<double>(*whole);
    if (!(value >= 0) || value > 1e12) refuse(file, entry, "'" + entry.key + "' must be a number of at least 0");
    return value;
}

const CostParameter* find_parameter(std::string_view name) {
    const auto& all = cost_parameters();
    const auto found = std::find_if(all.begin(), all.end(), [&](const CostParameter& one) { return name == one.name; });
    return found == all.end() ? nullptr : &*found;
}

[[noreturn]] void refuse_key(std::string_view file, const toml_text::Entry& entry, std::string_view name) {
    std::vector<std::string> names{"rows", "interval_half_width", "calibrated_interval_half_width",
                                   "difference_half_width"};
    for (const CostParameter& one : cost_parameters()) names.emplace_back(one.name);
    refuse(file, entry, fmt::format("unknown key '{}'{}", entry.key, did_you_mean(name, names)));
}

}  // namespace

const std::vector<CostParameter>& cost_parameters() {
    using P = CostParameters;
    static const std::vector<CostParameter> table{
        {"scale", &P::scale, 0, 0, 0, 0},
        {"gemm", &P::gemm, 0.07, 0.1, 0.15, 0.07},
        {"attention_forward", &P::attention_forward, 0.1, 0.21, 0.3, 0.28},
        {"attention_backward", &P::attention_backward, 0.07, 0, 0, 0},
        {"elementwise", &P::elementwise, 0.1, 0.1, 0, 0},
        {"tensor_traffic", &P::tensor_traffic, 0.14, 0.28, 0, 0.14},
        {"inter_node_efficiency", &P::inter_node_efficiency, 0.07, 0.14, 0, 0},
        {"data_traffic", &P::data_traffic, 0.17, 0.28, 0, 0.14},
        {"p2p_in_sight", &P::p2p_in_sight, 0.17, 0, 0, 0},
        {"head", &P::head, 0.07, 0, 0, 0},
        {"misaligned_gemm", &P::misaligned_gemm, 0.07, 0, 0, 0},
        {"misaligned_head", &P::misaligned_head, 0.14, 0, 0, 0},
        {"host_forward_seconds", &P::host_forward_seconds, 0.14, 0.14, 0, 0},
        {"host_backward", &P::host_backward, 0.1, 0, 0, 0},
        {"host_tensor_seconds", &P::host_tensor_seconds, 0.17, 0, 0, 0},
        {"micro_batch_seconds", &P::micro_batch_seconds, 0.28, 0.56, 0, 0},
        {"optimizer_bytes", &P::optimizer_bytes, 0.1, 0.21, 0, 0},
        {"straggler", &P::straggler, 0.21, 0.21, 0, 0},
        {"overlap_slowdown", &P::overlap_slowdown, 0.17, 0.28, 0, 0},
        {"tensor_overlap_in_sight", &P::tensor_overlap_in_sight, 0.1, 0, 0, 0},
    };
    return table;
}

CostParameters TimeParameters::of(std::span<const std::string> names) const {
    CostParameters parameters = shared;
    for (const std::string& name : names) {
        const auto found = groups.find(name);
        if (found == groups.end()) continue;
        for (const CostParameter& one : cost_parameters()) {
            const auto factor = found->second.factors.find(one.name);
            if (factor != found->second.factors.end()) parameters.*one.field *= factor->second;
        }
    }
    return parameters;
}

double TimeParameters::half_width_of(std::span<const std::string> names) const {
    double narrowest = 0;
    for (const std::string& name : names) {
        const auto found = groups.find(name);
        if (found == groups.end() || found->second.interval_half_width <= 0) continue;
        const double width = found->second.interval_half_width;
        narrowest = narrowest > 0 ? std::min(narrowest, width) : width;
    }
    return narrowest > 0 ? narrowest : interval_half_width;
}

TimeParameters parse_time_parameters(std::string_view toml, std::string_view file_name) {
    TimeParameters parameters;
    std::map<std::string_view, bool> seen;
    for (const toml_text::Entry& entry : toml_text::parse(toml, file_name)) {
        if (std::holds_alternative<toml_text::TableOpening>(entry.value)) continue;
        const double value = positive_number(file_name, entry);
        if (entry.key == "rows") {
            parameters.rows = static_cast<std::uint64_t>(value);
        } else if (entry.key == "interval_half_width") {
            parameters.interval_half_width = value;
        } else if (entry.key == "calibrated_interval_half_width") {
            parameters.calibrated_interval_half_width = value;
        } else if (entry.key == "difference_half_width") {
            parameters.difference_half_width = value;
        } else if (entry.key.starts_with("shared.")) {
            const CostParameter* one = find_parameter(std::string_view(entry.key).substr(7));
            if (one == nullptr) refuse_key(file_name, entry, std::string_view(entry.key).substr(7));
            parameters.shared.*one->field = value;
            seen[one->name] = true;
        } else if (entry.key.starts_with(group_prefix)) {
            const std::size_t dot = entry.key.rfind('.');  // names of groups may have dots, names of constants none
            if (dot < group_prefix.size()) refuse_key(file_name, entry, entry.key);
            TimeGroup& group = parameters.groups[entry.key.substr(group_prefix.size(), dot - group_prefix.size())];
            const std::string name = entry.key.substr(dot + 1);
            if (name == "rows") {
                group.rows = static_cast<std::uint64_t>(value);
            } else if (name == "interval_half_width") {
                group.interval_half_width = value;
            } else if (find_parameter(name) != nullptr) {
                group.factors[name] = value;
            } else {
                refuse_key(file_name, entry, name);
            }
        } else {
            refuse_key(file_name, entry, entry.key);
        }
    }
    for (const CostParameter& one : cost_parameters()) {
        if (!seen.contains(one.name)) throw InputError(fmt::format("{}: 'shared.{}' is missing", file_name, one.name));
    }
    return parameters;
}

std::string to_toml(const TimeParameters& parameters) {
    std::string text = fmt::format(
        "rows = {}\ninterval_half_width = {:.6g}\ncalibrated_interval_half_width = {:.6g}\n"
        "difference_half_width = {:.6g}\n",
        parameters.rows, parameters.interval_half_width, parameters.calibrated_interval_half_width,
        parameters.difference_half_width);
    text += "\n[shared]\n";
    for (const CostParameter& one : cost_parameters()) {
        const double value = parameters.shared.*one.field;
        double low = value;
        double high = value;
        for (const auto& [name, group] : parameters.groups) {
            const auto factor = group.factors.find(one.name);
            if (factor == group.factors.end()) continue;
            low = std::min(low, value * factor->second);
            high = std::max(high, value * factor->second);
        }
        text += fmt::format("{} = {:.6g}", one.name, value);
        text += low < high ? fmt::format("  # groups: {:.3g} to {:.3g}\n", low, high) : std::string("\n");
    }
    for (const auto& [name, group] : parameters.groups) {
        text += fmt::format("\n[group.\"{}\"]\nrows = {}\n", name, group.rows);
        if (group.interval_half_width > 0)
            text += fmt::format("interval_half_width = {:.6g}\n", group.interval_half_width);
        for (const auto& [key, factor] : group.factors) text += fmt::format("{} = {:.6g}\n", key, factor);
    }
    return text;
}

const TimeParameters& shipped_time_parameters() {
    static const TimeParameters parameters =
        parse_time_parameters(cost_parameters_file(), "models/cost_parameters.toml");
    return parameters;
}

}  // namespace atl::plan
