// SPDX-License-Identifier: Apache-2.0
// The one table printer: plain text for people, CSV for programs.
#pragma once

#include <cstddef>
#include <iosfwd>
#include <string>
#include <vector>

namespace atl::report {

enum class Align { left, right };

struct Column {
    std::string title;
    Align align = Align::right;
};

/// Invariant: every row has exactly one cell a column.
class Table {
public:
    /// Throws std::invalid_argument when there is no column.
    Table(std::string title, std::vector<Column> columns);

    /// Throws std::invalid_argument when the number of cells is not the number of columns.
    void add_row(std::vector<std::string> cells);

    std::size_t rows() const { return rows_.size(); }
    bool empty() const { return rows_.empty(); }

    /// Title, column titles, a rule, then the rows indented by two blanks; widths count UTF-8 code points, and control
    /// characters in cells become blanks, so that one row is one line. Without rows: the title and "(none)".
    void print(std::ostream& out) const;

    /// RFC 4180 without the title: a header line and the rows, "\n" after each.
    void print_csv(std::ostream& out) const;

private:
    std::string title_;
    std::vector<Column> columns_;
    std::vector<std::vector<std::string>> rows_;
};

}  // namespace atl::report
