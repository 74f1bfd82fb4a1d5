// SPDX-License-Identifier: Apache-2.0
// A compiler with a cache of its own, and a driver to compile candidates with.
#pragma once

#include <cstring>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "atoll/sandbox/compiler.hpp"
#include "atoll/sandbox/native_program.hpp"
#include "journal/temporary_folder.hpp"
#include "sandbox/test_warden.hpp"

namespace atl::sandbox {

inline std::shared_ptr<Warden> native_warden() {
    WardenOptions options = test_warden();
    options.python = "";
    return std::make_shared<Warden>(options);
}

using atl::testing::TemporaryFolder;
/// The candidate defines value(x); its answers to each number of the input are the result.
inline CompilerOptions test_compiler(const std::filesystem::path& cache) {
    CompilerOptions options;
    options.driver =
        "double value(double x);\n"
        "void atoll_run(const double* input, std::size_t count, atoll::Answer& answer) {\n"
        "    for (std::size_t i = 0; i < count; ++i) answer.push(value(input[i]));\n"
        "}\n";
    options.cache_folder = cache;
    return options;
}

inline std::vector<ProgramFile> candidate(const std::string& text) { return {{"program.cpp", text, false}}; }

inline std::string bytes_of(const std::vector<double>& values) {
    std::string bytes(values.size() * sizeof(double), '\0');
    if (!values.empty()) std::memcpy(bytes.data(), values.data(), bytes.size());
    return bytes;
}

}  // namespace atl::sandbox
