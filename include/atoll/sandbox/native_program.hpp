// SPDX-License-Identifier: Apache-2.0
// What a compiled program is given and what it leaves: plain files of binary64 numbers, native byte order.
//
// Every compiled program is linked with the runner (src/sandbox/native_runner.cpp) and a problem's driver, C++ text
// that defines `void atoll_run(const double* input, std::size_t count, atoll::Answer& answer)` and calls what the
// candidate defines. The runner calls it once for each set of parameters, with `atoll_parameters` pointing to that set.
// NOTE: globals of the candidate are initialised once, with the first set, and keep their values from set to set.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "atoll/sandbox/execution.hpp"

namespace atl::sandbox {

/// The program's name in the scratch folder, and so the word to start it with.
inline constexpr const char* native_program_name = "program";

/// The files "parameters", [K, P, K*P values], and "input". Throws InputError when there is no set, or two of different
/// lengths, or when `input` is not made of whole numbers of 8 bytes.
std::vector<ProgramFile> native_inputs(std::span<const std::vector<double>> parameter_sets, std::string_view input);

/// A run of `executable` on native_inputs(): profile native, the result file's name, everything but the limits.
ExecutionRequest native_run(const std::string& executable, std::span<const std::vector<double>> parameter_sets,
                            std::string_view input);

/// The bytes of the binary64 values that each set left; nothing unless the result file is exactly
/// [K, then for each set its length and values] with K == sets.
std::optional<std::vector<std::string>> split_results(std::string_view result, std::size_t sets);

}  // namespace atl::sandbox
