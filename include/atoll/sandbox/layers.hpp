// SPDX-License-Identifier: Apache-2.0
// The layers of the sandbox: which there are, which of them this site allows, and which a job demands.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace atl::sandbox {

/// Beside these, always: no new privileges, no capabilities, own session, descriptors closed, empty environment.
enum class Layer : std::uint8_t {
    identity = 0,           ///< as root: user and group 65534
    user_namespace = 1,     ///< of each evaluation its own; not as root also the way to the four below
    mount_namespace = 2,    ///< a file system of the read paths and a scratch folder in memory, and nothing else
    pid_namespace = 3,      ///< other processes have no number; all die with the first
    network_namespace = 4,  ///< no interface but an idle loopback
    ipc_namespace = 5,
    resource_limits = 6,  ///< memory, CPU, file size, open files, processes
    landlock = 7,         ///< reading: the read paths; writing: the scratch folder
    system_calls = 8,     ///< a list of those allowed (seccomp)
};
inline constexpr std::size_t layer_count = 9;

std::string_view to_string(Layer layer);
std::optional<Layer> parse_layer(std::string_view name);
/// Every name, and "files" for one of mount_namespace and landlock.
std::vector<std::string> requirement_names();
std::vector<std::string> layer_names();

enum class LayerState : std::uint8_t { on = 0, switched_off = 1, unavailable = 2, not_needed = 3 };

std::string_view to_string(LayerState state);

struct LayerReport {
    LayerState state = LayerState::unavailable;
    std::string reason;  ///< why it is not on; for one that is on, a detail ("ABI 7")
};

using LayerReports = std::array<LayerReport, layer_count>;

bool is_on(const LayerReports& reports, Layer layer);

/// What is demanded and not there, as one sentence with a remedy; empty when all is well. Whatever `required` says,
/// one of pid_namespace and system_calls must be on: without both, a hung program could not be ended for sure. With
/// neither mount_namespace nor landlock the file system would lie open, so `required` must then be empty.
std::string missing_isolation(const LayerReports& reports, const std::vector<std::string>& required);

}  // namespace atl::sandbox
