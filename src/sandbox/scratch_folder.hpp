// SPDX-License-Identifier: Apache-2.0
// Removing a folder that a hostile program filled.
#pragma once

#include <string>

namespace atl::sandbox {

/// Removes the folder with all in it, however deep it is nested and whatever its modes, with a few descriptors and no
/// recursion. False when something is left. Nobody else may be at work in it.
bool remove_scratch_folder(const std::string& path);

}  // namespace atl::sandbox
