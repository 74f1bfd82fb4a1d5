// SPDX-License-Identifier: Apache-2.0
// Compiles a candidate with a problem's driver and the runner, and runs it on one input: no sandbox, no cache.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <vector>

#include "problems/program_answer.hpp"

namespace atl::problems::testing {

/// A folder of its own, gone with it.
class NativeProgram {
public:
    NativeProgram(const std::string& driver, const std::string& candidate) {
        std::string name = (std::filesystem::temp_directory_path() / "atoll-native-XXXXXX").string();
        if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
        folder_ = name;
        write("driver.cpp", driver);
        write("candidate.cpp", candidate);
        write("parameters", bytes_of(std::vector<double>{1, 0}));  // one set of none
        const std::string runner = ATOLL_SOURCE_DIR "/src/sandbox";
        const std::string compiler = "c++ -std=c++20 -O2 -I'" + runner + "' ";
        built_ = shell(compiler + "-include atoll_program.hpp -c candidate.cpp && " + compiler +
                       "-include atoll_driver.hpp -o program driver.cpp '" + runner +
                       "/native_runner.cpp' candidate.o") == 0;
    }
    ~NativeProgram() { std::filesystem::remove_all(folder_); }
    NativeProgram(const NativeProgram&) = delete;
    NativeProgram& operator=(const NativeProgram&) = delete;

    bool built() const { return built_; }

    std::string run(const std::string& input) const {
        write("input", input);
        std::filesystem::remove(folder_ / "result");
        EXPECT_EQ(shell("./program"), 0);
        std::ifstream file(folder_ / "result", std::ios::binary);
        const std::string bytes{std::istreambuf_iterator<char>(file), {}};
        constexpr std::size_t head = 2 * sizeof(double);  // how many sets, how many numbers of the first
        EXPECT_GE(bytes.size(), head);
        return bytes.size() < head ? std::string() : bytes.substr(head);
    }

private:
    void write(const char* name, const std::string& bytes) const {
        std::ofstream(folder_ / name, std::ios::binary) << bytes;
    }
    int shell(const std::string& words) const {
        return std::system(("cd '" + folder_.string() + "' && " + words).c_str());  // NOLINT(cert-env33-c)
    }

    std::filesystem::path folder_;
    bool built_ = false;
};

}  // namespace atl::problems::testing
