// SPDX-License-Identifier: Apache-2.0
// Users' drivers between texts of ours.
#include "evolve/own_problem/driver_text.hpp"

#include <cstddef>

#include "evolve/own_problem/embedded.hpp"

namespace atl::evolve {
namespace {

/// The runner's class under the name that users' drivers know it by.
constexpr std::string_view driver_names = "namespace atl {\nusing Answer = ::atoll::Answer;\n}\n";

/// As the compiler's messages call it: what would end the literal becomes '_'.
std::string shown_name(std::string name) {
    for (char& c : name) {
        if (c == '"' || c == '\\' || c < ' ') c = '_';
    }
    return name;
}

/// A Python literal of any bytes.
std::string python_bytes(std::string_view bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string literal = "b\"";
    for (const char c : bytes) {
        const auto code = static_cast<unsigned char>(c);
        literal += "\\x";
        literal += digits[code >> 4];
        literal += digits[code & 15];
    }
    return literal + "\"";
}

}  // namespace

std::string cpp_driver_text(const OwnFile& driver) {
    return std::string(instance_header()) + std::string(driver_names) + "\n#line 1 \"" + shown_name(driver.name) +
           "\"\n" + driver.bytes + "\n#line 1 \"call of the driver\"\n" + std::string(driver_harness_cpp());
}

std::string python_driver_text(const OwnFile& driver) {
    return "driver_text = " + python_bytes(driver.bytes) + "\n" + std::string(driver_harness_python());
}

std::string cpp_input(std::string_view instance) {
    const auto length = static_cast<double>(instance.size());
    std::string bytes(reinterpret_cast<const char*>(&length), sizeof length);
    bytes += instance;
    bytes.resize((bytes.size() + sizeof length - 1) / sizeof length * sizeof length);
    return bytes;
}

}  // namespace atl::evolve
