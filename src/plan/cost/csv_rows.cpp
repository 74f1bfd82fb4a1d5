// SPDX-License-Identifier: Apache-2.0
// Rows of a CSV table, one line each.
#include "plan/cost/csv_rows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "atoll/core/error.hpp"

namespace atl::plan {

namespace {

/// A cell in quotes may hold commas; its inner quotes stay doubled.
void cut(std::string_view line, Cells& cells) {
    cells.clear();
    for (std::size_t begin = 0;;) {
        std::size_t end = begin;
        if (line.substr(begin).starts_with('"')) {
            for (++end; end < line.size(); ++end) {
                if (line[end] != '"') continue;
                if (end + 1 >= line.size() || line[end + 1] != '"') break;
                ++end;
            }
        }
        const std::size_t comma = line.find(',', end);
        std::string_view cell = line.substr(begin, comma == std::string_view::npos ? comma : comma - begin);
        if (cell.size() >= 2 && cell.starts_with('"') && cell.ends_with('"')) cell = cell.substr(1, cell.size() - 2);
        cells.push_back(cell);
        if (comma == std::string_view::npos) return;
        begin = comma + 1;
    }
}

constexpr std::size_t nowhere = static_cast<std::size_t>(-1);

}  // namespace

CsvRows::CsvRows(std::string_view text, std::string_view name, const std::vector<std::string>& wanted,
                 const std::vector<std::string>& optional)
    : text_(text), name_(name) {
    cut(line(), all_);
    for (const std::string& column : wanted) {
        const auto found = std::find(all_.begin(), all_.end(), column);
        if (found == all_.end()) refuse(fmt::format("the table has no column '{}'", column));
        places_.push_back(static_cast<std::size_t>(found - all_.begin()));
    }
    for (const std::string& column : optional) {
        const auto found = std::find(all_.begin(), all_.end(), column);
        places_.push_back(found == all_.end() ? nowhere : static_cast<std::size_t>(found - all_.begin()));
    }
}

std::string_view CsvRows::line() {
    ++line_number_;
    const std::size_t end = std::min(text_.find('\n', at_), text_.size());
    std::string_view found = text_.substr(at_, end - at_);
    at_ = end + 1;
    if (found.ends_with('\r')) found.remove_suffix(1);
    return found;
}

bool CsvRows::next() {
    std::string_view row;
    do {
        if (at_ >= text_.size()) return false;
        row = line();
    } while (row.empty());
    cut(row, all_);
    cells_.clear();
    for (const std::size_t place : places_) {
        if (place == nowhere) {
            cells_.emplace_back();
            continue;
        }
        if (place >= all_.size()) refuse(fmt::format("{} cells are too few", all_.size()));
        cells_.push_back(all_[place]);
    }
    return true;
}

double CsvRows::number(std::size_t column) const {
    const std::string_view cell = cells_[column];
    double value = 0;
    const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
    if (error != std::errc() || end != cell.data() + cell.size()) refuse(fmt::format("'{}' is no number", cell));
    return value;
}

std::optional<double> CsvRows::optional_number(std::size_t column) const {
    if (cells_[column].empty()) return std::nullopt;
    return number(column);
}

void CsvRows::refuse(const std::string& why) const {
    throw InputError(fmt::format("{}:{}: {}", name_, line_number_, why));
}

}  // namespace atl::plan
