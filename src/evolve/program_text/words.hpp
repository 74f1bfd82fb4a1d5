// SPDX-License-Identifier: Apache-2.0
// Words with a meaning of their own in C++ and Python.
#pragma once

#include <algorithm>
#include <string_view>

namespace atl::evolve::program_text {

/// `words` need not be sorted.
template <typename Words>
bool contains(const Words& words, std::string_view word) {
    return std::find(words.begin(), words.end(), word) != words.end();
}

/// Keywords that are no operand: after them an expression or a statement begins ("return", "else"), or that name types.
/// Those that are operands (this, true, false, nullptr) are not among them.
bool is_cpp_keyword(std::string_view word);
/// Built-in types and the usual names of the standard library's number types.
bool is_cpp_type(std::string_view word);
bool is_python_keyword(std::string_view word);

}  // namespace atl::evolve::program_text
