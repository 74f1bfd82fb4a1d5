// SPDX-License-Identifier: Apache-2.0
// Joins a fuzz target to libFuzzer, and writes its seeds into the corpus folder, the first word that is no flag, before
// it is read.
#include <filesystem>
#include <fstream>

#include "fuzz/fuzz_target.hpp"

extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv) {
    for (int i = 1; i < *argc; ++i) {
        const std::filesystem::path folder = (*argv)[i];
        if ((*argv)[i][0] == '-' || std::filesystem::is_regular_file(folder)) continue;
        std::filesystem::create_directories(folder);
        int number = 0;
        for (const std::string& seed : atl::fuzz::seed_corpus()) {
            std::ofstream(folder / ("seed-" + std::to_string(number++)), std::ios::binary) << seed;
        }
        break;
    }
    return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    atl::fuzz::read_input({reinterpret_cast<const char*>(data), size});
    return 0;
}
