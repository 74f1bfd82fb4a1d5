// SPDX-License-Identifier: Apache-2.0
// Rows of a large CSV table without quotes.
#include "plan/cost/csv_rows.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "atoll/core/error.hpp"

namespace atl::plan {

namespace {

void cut(std::string_view line, Cells& cells) {
    cells.clear();
    for (std::size_t begin = 0;;) {
        const std::size_t comma = line.find(',', begin);
        cells.push_back(line.substr(begin, comma - begin));
        if (comma == std::string_view::npos) return;
        begin = comma + 1;
    }
}

}  // namespace

CsvRows::CsvRows(std::string_view text, std::string_view name, const std::vector<std::string>& wanted)
    : text_(text), name_(name) {
    cut(line(), all_);
    for (const std::string& column : wanted) {
        const auto found = std::find(all_.begin(), all_.end(), column);
        if (found == all_.end()) refuse(fmt::format("the table has no column '{}'", column));
        places_.push_back(static_cast<std::size_t>(found - all_.begin()));
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

void CsvRows::refuse(const std::string& why) const {
    throw InputError(fmt::format("{}:{}: {}", name_, line_number_, why));
}

}  // namespace atl::plan
