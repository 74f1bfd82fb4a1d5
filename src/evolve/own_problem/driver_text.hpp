// SPDX-License-Identifier: Apache-2.0
// A user's driver as the text that runs in a candidate's process, and an instance as its input.
#pragma once

#include <string>
#include <string_view>

#include "atoll/evolve/verifier.hpp"

namespace atl::evolve {

/// The driver behind the header that defines atl::Instance, and the function that the runner calls behind it.
std::string cpp_driver_text(const OwnFile& driver);
/// Our adapter with the driver's text in it: the driver runs only after the process is the candidate's.
std::string python_driver_text(const OwnFile& driver);

/// The bytes of binary64 values: the number of bytes, then the bytes, filled up to whole values.
std::string cpp_input(std::string_view instance);

}  // namespace atl::evolve
