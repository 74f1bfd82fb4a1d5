// SPDX-License-Identifier: Apache-2.0
// From how a compiler's run ended to a compilation.
#pragma once

#include <string>
#include <string_view>

#include "atoll/sandbox/compiler.hpp"

namespace atl::sandbox {

/// The first line that names an error, cut to 300 printable characters; the last line when none does.
std::string first_error(std::string_view diagnostics);

Compilation compilation_of(Execution execution, const Limits& limits);

/// True for what the content alone decides.
bool is_kept(const Compilation& compilation);

}  // namespace atl::sandbox
