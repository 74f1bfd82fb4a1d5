// SPDX-License-Identifier: Apache-2.0
// The prompts of data/prompts (src/CMakeLists.txt names the files).
#pragma once

#include <string_view>

namespace atl::evolve {

std::string_view prompt_system();
std::string_view prompt_rewrite();
std::string_view prompt_diff();
std::string_view prompt_crossover();
std::string_view prompt_explain();
std::string_view prompt_repair();
std::string_view prompt_hints();

}  // namespace atl::evolve
