// SPDX-License-Identifier: Apache-2.0
// Files that the program carries for the processes it starts.
#pragma once

#include <string_view>

namespace atl::sandbox {

/// The cell as a shared object, for the warm interpreter.
std::string_view cell_library();
std::string_view python_driver();
/// What every compiled candidate is linked with, and the headers of candidate and driver.
std::string_view native_runner();
std::string_view program_header();
std::string_view driver_header();

}  // namespace atl::sandbox
