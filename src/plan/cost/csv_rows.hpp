// SPDX-License-Identifier: Apache-2.0
// Rows of a large CSV table without quotes, one pass, columns by name.
#pragma once

#include <charconv>
#include <string>
#include <string_view>
#include <vector>

namespace atl::plan {

/// One line cut at its commas; views into the text.
using Cells = std::vector<std::string_view>;

class CsvRows {
public:
    /// Throws InputError when a column of `wanted` is missing; cells() come in the order of `wanted`.
    CsvRows(std::string_view text, std::string_view name, const std::vector<std::string>& wanted);

    /// False at the end. Throws InputError for a line that has too few cells.
    bool next();
    const Cells& cells() const { return cells_; }
    /// Throws InputError naming line and cell.
    double number(std::size_t column) const;
    [[noreturn]] void refuse(const std::string& why) const;

private:
    std::string_view line();

    std::string_view text_;
    std::string name_;
    std::vector<std::size_t> places_;  ///< of the wanted columns
    Cells all_;
    Cells cells_;
    std::size_t at_ = 0;
    std::size_t line_number_ = 0;
};

}  // namespace atl::plan
