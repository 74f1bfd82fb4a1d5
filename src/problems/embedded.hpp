// SPDX-License-Identifier: Apache-2.0
// The drivers, initial programs and statements that the library carries (src/CMakeLists.txt names the files).
#pragma once

#include <string_view>

namespace atl::problems {

std::string_view online_bin_packing_driver();
std::string_view online_bin_packing_initial();
std::string_view online_bin_packing_statement();
std::string_view tsp_construct_driver();
std::string_view tsp_construct_initial();
std::string_view tsp_construct_statement();
std::string_view circles_26_program_driver();
std::string_view circles_26_program_initial();
std::string_view circles_26_program_statement();
std::string_view noop_program_initial_2kb();
std::string_view noop_program_initial_8kb();
std::string_view noop_program_statement();

}  // namespace atl::problems
