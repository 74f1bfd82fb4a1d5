// SPDX-License-Identifier: Apache-2.0
// One table as CSV (RFC 4180).
#include <fmt/format.h>

#include <algorithm>
#include <ostream>
#include <string>
#include <type_traits>

#include "archive/tables.hpp"
#include "atoll/archive/queries.hpp"
#include "atoll/core/error.hpp"
#include "atoll/core/nearest.hpp"
#include "atoll/core/number.hpp"

namespace atl::archive {
namespace {

void append_text(std::string& line, std::string_view text) {
    if (text.find_first_of(",\"\r\n") == std::string_view::npos) {
        line += text;
        return;
    }
    line += '"';
    for (const char letter : text) {
        if (letter == '"') line += '"';
        line += letter;
    }
    line += '"';
}

void append_cell(std::string& line, const ColumnValues& values, std::size_t row) {
    std::visit(
        [&](const auto& cells) {
            using Value = typename std::decay_t<decltype(cells)>::value_type;
            if constexpr (std::is_same_v<Value, std::string>) {
                append_text(line, cells[row]);
            } else if constexpr (std::is_same_v<Value, double>) {
                line += shortest(cells[row]);
            } else {
                line += std::to_string(cells[row]);
            }
        },
        values);
}

}  // namespace

void export_csv(const journal::RunContents& contents, std::string_view table, std::ostream& out) {
    const std::vector<Table> tables = tables_of(contents);
    const auto found =
        std::find_if(tables.begin(), tables.end(), [table](const Table& each) { return each.name == table; });
    if (found == tables.end()) {
        std::vector<std::string> names;
        names.reserve(tables.size());
        for (const Table& each : tables) names.push_back(each.name);
        throw InputError(
            fmt::format("no table '{}'{}; there are {}", table, did_you_mean(table, names), fmt::join(names, ", ")));
    }
    std::string line;
    std::vector<ColumnValues> columns;
    for (const Column& column : found->columns) {
        if (!columns.empty()) line += ',';
        append_text(line, column.info.name);
        columns.push_back(column.values());
    }
    line += "\r\n";
    out << line;
    for (std::uint64_t row = 0; row < found->rows; ++row) {
        line.clear();
        for (std::size_t i = 0; i < columns.size(); ++i) {
            if (i > 0) line += ',';
            append_cell(line, columns[i], row);
        }
        line += "\r\n";
        out << line;
    }
}

}  // namespace atl::archive
