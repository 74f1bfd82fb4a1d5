// SPDX-License-Identifier: Apache-2.0
// What compilers and Python say beside the line that names the error: for those who are to repair a program.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace atl::evolve {

/// Of a verdict's text, beyond its first line.
inline constexpr std::size_t failure_detail_bytes = 2048;

/// `line`, and below it what the compiler said behind its first error, whole lines. The same in every run: folders and
/// the compiler's temporary files are left out.
std::string with_diagnostics(const std::string& line, std::string_view diagnostics);

/// The line that names the exception, and below it the last of the places it passed, whole lines; `line` alone where
/// the output holds no exception.
std::string with_traceback(const std::string& line, std::string_view output);

}  // namespace atl::evolve
