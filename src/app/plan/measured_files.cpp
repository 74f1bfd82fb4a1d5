// SPDX-License-Identifier: Apache-2.0
// Looks for data/measured upwards from the program.
#include "measured_files.hpp"

#include <cstdlib>
#include <string>

#include "atoll/core/error.hpp"

namespace atl::app {

namespace fs = std::filesystem;

namespace {

const fs::path tables = fs::path("measured") / "gpu-ops";

bool is_there(const fs::path& folder) {
    std::error_code error;
    return fs::is_regular_file(folder / "gemm.csv.gz", error);
}

}  // namespace

fs::path measured_operators_folder() {
    if (const char* given = std::getenv("ATOLL_DATA")) {
        if (is_there(given / tables)) return given / tables;
        throw InputError(std::string("ATOLL_DATA is ") + given + ", which holds no " +
                         (tables / "gemm.csv.gz").string());
    }
    std::error_code error;
    const fs::path program = fs::read_symlink("/proc/self/exe", error);
    for (fs::path folder = program.parent_path(); folder != folder.root_path(); folder = folder.parent_path()) {
        for (const char* data : {"share/atoll/data", "data"}) {
            if (is_there(folder / data / tables)) return folder / data / tables;
        }
    }
    throw InputError("no data/" + (tables / "gemm.csv.gz").string() + " was found above " + program.string() +
                     "; set ATOLL_DATA to the folder 'data' that came with the program");
}

fs::path operator_models_folder() {
    // .../data/measured/gpu-ops -> .../models/efficiency
    return measured_operators_folder().parent_path().parent_path().parent_path() / "models" / "efficiency";
}

}  // namespace atl::app
