// SPDX-License-Identifier: Apache-2.0
// Runs what may die of its input in a process of its own.
#pragma once

#include <functional>
#include <string>

namespace atl::archive {

/// Forks, runs `step` in the child and hands back the text it returns. Throws DamageError naming the signal when one
/// ends the child, InfrastructureError when there can be no child. Only for processes of one thread.
std::string in_child(const std::function<std::string()>& step);

}  // namespace atl::archive
