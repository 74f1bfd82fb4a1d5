// SPDX-License-Identifier: Apache-2.0
// Turning HDF5's error stack into one message.
#include "archive/hdf5_try.hpp"

#include <fmt/format.h>

#include <filesystem>

#include "atoll/core/error.hpp"

namespace atl::archive {
namespace {

/// The stack's deepest entry says what really happened.
herr_t keep_description(unsigned depth, const H5E_error2_t* error, void* out) {
    if (depth == 0 && error->desc != nullptr) *static_cast<std::string*>(out) = error->desc;
    return 0;
}

}  // namespace

void throw_hdf5_error(const char* expression, const char* file, int line) {
    std::string description = "no details";
    (void)H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, keep_description, &description);
    (void)H5Eclear2(H5E_DEFAULT);
    throw InfrastructureError(
        fmt::format("HDF5: {} ({} at {}:{}); check the space and the permissions of the run "
                    "directory",
                    description, expression, std::filesystem::path(file).filename().string(), line));
}

QuietHdf5::QuietHdf5() {
    // Our handles close everything; HDF5's own tidying at exit walks into a file whose close has failed (disk full) and
    // dies there by a signal. Only the first call of all has an effect.
    (void)H5dont_atexit();
    (void)H5Eget_auto2(H5E_DEFAULT, &function_, &data_);
    (void)H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
}

QuietHdf5::~QuietHdf5() { (void)H5Eset_auto2(H5E_DEFAULT, function_, data_); }

}  // namespace atl::archive
