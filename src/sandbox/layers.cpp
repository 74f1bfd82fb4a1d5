// SPDX-License-Identifier: Apache-2.0
// Names of layers, and what a job may demand of them.
#include "atoll/sandbox/layers.hpp"

#include <algorithm>

namespace atl::sandbox {
namespace {

constexpr std::array<std::string_view, layer_count> names = {"identity",        "user_namespace",    "mount_namespace",
                                                             "pid_namespace",   "network_namespace", "ipc_namespace",
                                                             "resource_limits", "landlock",          "system_calls"};

constexpr std::string_view files = "files";

bool files_are_hidden(const LayerReports& reports) {
    return is_on(reports, Layer::mount_namespace) || is_on(reports, Layer::landlock);
}

std::string why(const LayerReports& reports, Layer layer) {
    const LayerReport& report = reports[static_cast<std::size_t>(layer)];
    return std::string(to_string(layer)) + ": " + std::string(to_string(report.state)) +
           (report.reason.empty() ? "" : ", " + report.reason);
}

}  // namespace

std::string_view to_string(Layer layer) { return names[static_cast<std::size_t>(layer)]; }

std::optional<Layer> parse_layer(std::string_view name) {
    const auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end()) return std::nullopt;
    return static_cast<Layer>(found - names.begin());
}

std::vector<std::string> layer_names() { return {names.begin(), names.end()}; }

std::vector<std::string> requirement_names() {
    std::vector<std::string> all = layer_names();
    all.emplace_back(files);
    return all;
}

std::string_view to_string(LayerState state) {
    switch (state) {
        case LayerState::on:
            return "on";
        case LayerState::switched_off:
            return "switched off";
        case LayerState::unavailable:
            return "unavailable";
        case LayerState::not_needed:
            return "not needed";
    }
    return "unavailable";
}

bool is_on(const LayerReports& reports, Layer layer) {
    return reports[static_cast<std::size_t>(layer)].state == LayerState::on;
}

std::string missing_isolation(const LayerReports& reports, const std::vector<std::string>& required) {
    if (!is_on(reports, Layer::pid_namespace) && !is_on(reports, Layer::system_calls)) {
        return "neither processes nor system calls can be confined (" + why(reports, Layer::pid_namespace) + "; " +
               why(reports, Layer::system_calls) + "), so programs can not be run here";
    }
    const std::string remedy =
        "; see 'atoll doctor sandbox', and 'sandbox.require_isolation' for what this job demands";
    if (!files_are_hidden(reports) && !required.empty()) {
        return "nothing hides the file system from programs (" + why(reports, Layer::mount_namespace) + "; " +
               why(reports, Layer::landlock) + ")" + remedy;
    }
    for (const std::string& name : required) {
        const auto layer = parse_layer(name);
        if (!layer) continue;  // "files", seen to above
        const LayerState state = reports[static_cast<std::size_t>(*layer)].state;
        if (state != LayerState::on && state != LayerState::not_needed) {
            return "the sandbox lacks a required layer (" + why(reports, *layer) + ")" + remedy;
        }
    }
    return {};
}

}  // namespace atl::sandbox
