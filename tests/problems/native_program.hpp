// SPDX-License-Identifier: Apache-2.0
// Compiles a candidate with a problem's driver by the system's compiler and runs it on one input: no sandbox, no cache.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace atl::problems::testing {

/// What a driver is promised, and a main() that keeps it: numbers from the file "input", answers to the file "result".
inline constexpr const char* driver_header = R"cpp(
#pragma once
#include <cstddef>
    struct atoll {
        struct Answer {
            void push(double value);
        };
    };
    void atoll_run(const double* input, std::size_t count, atoll::Answer& answer);
)cpp";

inline constexpr const char* small_main = R"cpp(
#include <cstdio>
#include <vector>
#include "atoll_driver.hpp"
    static std::vector<double> values;
    void atoll::Answer::push(double value) { values.push_back(value); }
    int main() {
        std::vector<double> input;
        std::FILE* file = std::fopen("input", "rb");
        for (double value = 0; std::fread(&value, sizeof value, 1, file) == 1;) input.push_back(value);
        std::fclose(file);
        atoll::Answer answer;
        atoll_run(input.data(), input.size(), answer);
        file = std::fopen("result", "wb");
        std::fwrite(values.data(), sizeof(double), values.size(), file);
        return std::fclose(file);
    }
)cpp";

/// A folder of its own, gone with it.
class NativeProgram {
public:
    NativeProgram(const std::string& driver, const std::string& candidate) {
        std::string name = (std::filesystem::temp_directory_path() / "atoll-native-XXXXXX").string();
        if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
        folder_ = name;
        write("atoll_driver.hpp", driver_header);
        write("main.cpp", small_main);
        write("driver.cpp", driver);
        write("candidate.cpp", candidate);
        built_ = shell("c++ -std=c++20 -O2 -o program main.cpp driver.cpp candidate.cpp") == 0;
    }
    ~NativeProgram() { std::filesystem::remove_all(folder_); }
    NativeProgram(const NativeProgram&) = delete;
    NativeProgram& operator=(const NativeProgram&) = delete;

    bool built() const { return built_; }

    std::string run(const std::string& input) const {
        write("input", input);
        EXPECT_EQ(shell("./program"), 0);
        std::ifstream file(folder_ / "result", std::ios::binary);
        return {std::istreambuf_iterator<char>(file), {}};
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
