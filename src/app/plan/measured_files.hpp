// SPDX-License-Identifier: Apache-2.0
// Where the measured tables lie: data/ of the source tree or of an installation.
#pragma once

#include <filesystem>

namespace atl::app {

/// The folder `measured/gpu-ops` that belongs to this program: below ATOLL_DATA, else below share/atoll/data of the
/// installation, else below data/ of the source tree the program was built in. Throws InputError naming what to set.
std::filesystem::path measured_operators_folder();

/// The folder of trained operator models that lies beside it; there may be none.
std::filesystem::path operator_models_folder();

}  // namespace atl::app
