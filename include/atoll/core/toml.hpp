// SPDX-License-Identifier: Apache-2.0
// A TOML document flattened to keys with their places; toml++ stays behind it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace atl::toml_text {

/// A value that no option can hold ("a date", "a list of mixed items").
struct Unsupported {
    std::string kind;
};
/// The opening of a table, or a table given inline.
struct TableOpening {};

using Value = std::variant<bool, std::int64_t, double, std::string, std::vector<std::string>, std::vector<std::int64_t>,
                           std::vector<bool>, TableOpening, Unsupported>;

struct Entry {
    std::string key;  ///< dotted path from the top
    std::uint32_t line = 0;
    std::uint32_t column = 0;
    Value value;
};

/// "an integer", "a table", ...
std::string_view kind_of(const Value& value);

/// Every key of the document, tables before what they hold, in the order of the file.
/// Throws InputError `name:line:column: ...` on a syntax error or a key given twice.
std::vector<Entry> parse(std::string_view text, std::string_view name);

}  // namespace atl::toml_text
