// SPDX-License-Identifier: Apache-2.0
// Private to plan: command-line arguments kept in a file, one with its values a line.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace atl::plan {

/// Arguments as they are written, in order.
class ArgumentsWriter {
public:
    explicit ArgumentsWriter(std::string comment);
    void add(std::string_view flag) { text_ += fmt::format("--{}\n", flag); }
    template <class Value>
    void add(std::string_view flag, const Value& value) {
        text_ += fmt::format("--{} {}\n", flag, value);
    }
    void add_if(bool is_on, std::string_view flag) {
        if (is_on) add(flag);
    }
    const std::string& text() const { return text_; }

private:
    std::string text_;
};

/// Arguments as they are read back. Each must be asked for before check_all_read().
class ArgumentsReader {
public:
    /// Throws InputError with file and line for a line that is no argument or is there twice.
    ArgumentsReader(std::string_view text, std::string file_name);
    bool has(const std::string& flag);
    /// Throws InputError when the argument is there without exactly one value.
    std::string word(const std::string& flag, const std::string& otherwise = {});
    /// Throws InputError when the value is no number from 0 to 2^32 - 1.
    std::uint32_t integer(const std::string& flag, std::uint32_t otherwise);
    /// Throws InputError naming the first argument that nobody asked for.
    void check_all_read() const;

private:
    struct Argument {
        std::size_t line = 0;
        std::vector<std::string> values;
        bool is_read = false;
    };
    std::map<std::string, Argument> arguments_;
    std::string file_name_;
};

}  // namespace atl::plan
