// SPDX-License-Identifier: Apache-2.0
// What the program carries for the warm interpreter: the cell as a shared object, and the driver's text.
#pragma once

#include <string_view>

namespace atl::sandbox {

std::string_view cell_library();
std::string_view python_driver();

}  // namespace atl::sandbox
