// SPDX-License-Identifier: Apache-2.0
// The tables of an archive, described once: fold writes them, verify compares them, export prints them.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <variant>
#include <vector>

#include "atoll/journal/reader.hpp"

namespace atl::archive {

/// A whole column. Texts are valid UTF-8 without NUL, cut to max_text_bytes.
using ColumnValues = std::variant<std::vector<std::uint8_t>, std::vector<std::uint32_t>, std::vector<std::uint64_t>,
                                  std::vector<double>, std::vector<std::string>>;

constexpr std::size_t max_text_bytes = 1024;

struct ColumnInfo {
    std::string name;
    std::string unit;  ///< "1" for plain numbers, "" for texts
    std::string description;
    bool in_content_hash = false;  ///< the same on any rank count, interrupted or not
};

struct Column {
    ColumnInfo info;
    std::function<ColumnValues()> values;  ///< made anew at each call, so that only one column need be held
};

struct Table {
    std::string name;
    std::string description;
    std::uint64_t rows = 0;
    std::vector<Column> columns;
};

/// All tables but the blobs. They refer to `contents`, which must outlive them.
std::vector<Table> tables_of(const journal::RunContents& contents);

/// One of them, over other calls.
Table llm_calls_table(const std::vector<LlmCallRecord>& rows);

}  // namespace atl::archive
