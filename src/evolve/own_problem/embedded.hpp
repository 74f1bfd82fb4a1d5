// SPDX-License-Identifier: Apache-2.0
// The texts that stand between users' files and the sandbox (src/CMakeLists.txt names the files).
#pragma once

#include <string_view>

namespace atl::evolve {

std::string_view instance_header();
std::string_view verifier_header();
std::string_view verifier_harness_cpp();
std::string_view verifier_harness_python();
std::string_view driver_harness_cpp();
std::string_view driver_harness_python();
std::string_view check_driver_python();

}  // namespace atl::evolve
