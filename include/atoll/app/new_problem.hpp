// SPDX-License-Identifier: Apache-2.0
// `atoll new`: a problem to begin with, which runs as it is.
#pragma once

#include <filesystem>
#include <string>

#include "atoll/core/error.hpp"

namespace atl::app {

struct NewProblemRequest {
    std::string name;
    std::string kind;                    ///< "vector", "program-cpp", "program-python"
    std::filesystem::path folder = ".";  ///< the problem becomes folder/name
    bool json = false;
};

/// Throws InputError for a name that is none or taken, an unknown kind, a folder that is there already; then nothing
/// has been written.
ExitCode new_problem(const NewProblemRequest& request);

}  // namespace atl::app
