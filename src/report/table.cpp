// SPDX-License-Identifier: Apache-2.0
// Prints tables as aligned text and as CSV.
#include "atoll/report/table.hpp"

#include <algorithm>
#include <ostream>
#include <stdexcept>
#include <utility>

namespace atl::report {

namespace {

constexpr const char* indent = "  ";
constexpr const char* gap = "  ";

/// Code points: every byte that is not a UTF-8 continuation byte.
std::size_t display_width(const std::string& text) {
    return static_cast<std::size_t>(std::count_if(
        text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

std::string one_line(std::string text) {
    for (char& c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20U || byte == 0x7FU) c = ' ';
    }
    return text;
}

std::string padded(const std::string& cell, std::size_t width, Align align) {
    const std::string blanks(width - display_width(cell), ' ');
    return align == Align::left ? cell + blanks : blanks + cell;
}

/// RFC 4180, 2.6 and 2.7: quoted only where it must be.
std::string csv_cell(const std::string& cell) {
    if (cell.find_first_of(",\"\r\n") == std::string::npos) return cell;
    std::string quoted = "\"";
    for (const char c : cell) {
        if (c == '"') quoted += '"';
        quoted += c;
    }
    return quoted + '"';
}

}  // namespace

Table::Table(std::string title, std::vector<Column> columns) : title_(std::move(title)), columns_(std::move(columns)) {
    if (columns_.empty()) throw std::invalid_argument("a table needs at least one column");
}

void Table::add_row(std::vector<std::string> cells) {
    if (cells.size() != columns_.size()) {
        throw std::invalid_argument("table '" + title_ + "' has " + std::to_string(columns_.size()) + " columns, not " +
                                    std::to_string(cells.size()));
    }
    rows_.push_back(std::move(cells));
}

void Table::print(std::ostream& out) const {
    if (!title_.empty()) out << one_line(title_) << '\n';
    if (rows_.empty()) {
        out << indent << "(none)\n";
        return;
    }
    std::vector<std::size_t> widths;
    for (std::size_t column = 0; column < columns_.size(); ++column) {
        std::size_t width = display_width(columns_[column].title);
        for (const auto& row : rows_) width = std::max(width, display_width(row[column]));
        widths.push_back(width);
    }
    const auto print_line = [&](const auto& cell_of) {
        std::string line = indent;
        for (std::size_t column = 0; column < columns_.size(); ++column) {
            if (column > 0) line += gap;
            line += padded(one_line(cell_of(column)), widths[column], columns_[column].align);
        }
        line.erase(line.find_last_not_of(' ') + 1);
        out << line << '\n';
    };
    print_line([&](std::size_t column) { return columns_[column].title; });
    print_line([&](std::size_t column) { return std::string(widths[column], '-'); });
    for (const auto& row : rows_) {
        print_line([&](std::size_t column) { return row[column]; });
    }
}

void Table::print_csv(std::ostream& out) const {
    const auto print_line = [&](const auto& cell_of) {
        for (std::size_t column = 0; column < columns_.size(); ++column) {
            out << (column > 0 ? "," : "") << csv_cell(cell_of(column));
        }
        out << '\n';
    };
    print_line([&](std::size_t column) { return columns_[column].title; });
    for (const auto& row : rows_) {
        print_line([&](std::size_t column) { return row[column]; });
    }
}

}  // namespace atl::report
