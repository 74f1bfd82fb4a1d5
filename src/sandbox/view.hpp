// SPDX-License-Identifier: Apache-2.0
// The file system a candidate sees: the read paths, read-only, two harmless devices and a scratch folder.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace atl::sandbox {

/// Where cells mount their scratch folder in a view, and where the library for the warm interpreter lies.
inline constexpr const char* view_scratch = "/scratch";
inline constexpr const char* view_library = "/atoll_cell.so";

/// Enters a new user namespace as the only user in it. Call in a single-threaded process. Throws InfrastructureError.
void enter_user_namespace();

/// Enters a new mount namespace that holds only the view. Throws InfrastructureError with the step that failed; the
/// process must then end.
void enter_view(const std::vector<std::string>& read_paths, std::string_view library);

}  // namespace atl::sandbox
