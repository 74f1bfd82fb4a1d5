// SPDX-License-Identifier: Apache-2.0
// Which build this program is: for --version, provenance, and the check that all ranks run the same one.
#pragma once

#include <string>

namespace atl {

/// What CMake saw when it configured.
struct BuildInfo {
    std::string version;     ///< "0.1.0"
    std::string git_commit;  ///< 40 hexadecimal digits, or "unknown" outside a git checkout
    bool git_dirty = false;  ///< tracked files differed from the commit
    std::string compiler;    ///< "GNU 12.2.0"
    std::string build_type;  ///< "Release"
    std::string flags;       ///< compiler flags, sanitizers included
};

const BuildInfo& build_info();

/// 16 hexadecimal digits over the above and the running executable's own bytes (its GNU build id where the linker
/// wrote one): two ranks with the same id run the same program.
const std::string& build_id();

/// "atoll 0.1.0 (commit 0123456789ab, modified; GNU 12.2.0; Release; build 89abcdef01234567)".
std::string build_line();

}  // namespace atl
